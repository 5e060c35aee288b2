import { sanitizeText } from '@securosys/core';
import type { Place } from './place.js';

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type Weekday = (typeof weekdays)[number];
const dayMinutes = 1_440;

/** Hours of some days of the week, by the clocks on the wall of a time zone. */
export interface TimeWindow {
  readonly days: readonly Weekday[];
  /** Minutes since midnight; `until` is the first that is outside. */
  readonly from: number;
  readonly until: number;
  /** IANA name. */
  readonly timeZone: string;
  readonly wall: Intl.DateTimeFormat;
}

function minutesOf(place: Place | undefined, otherwise: number): number {
  if (!place) return otherwise;
  const found = /^(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)$/.exec(place.text());
  if (!found) return place.wrong('is not a time of the day such as 08:30, or 24:00');
  return found[1] === undefined ? dayMinutes : Number(found[1]) * 60 + Number(found[2]);
}

function daysOf(place: Place | undefined): readonly Weekday[] {
  if (!place) return weekdays;
  const days = place.items(weekdays.length).map((item) => {
    const text = item.text();
    return weekdays.find((day) => day === text) ?? item.wrong(`is not one of ${weekdays.join(', ')}`);
  });
  if (new Set(days).size < days.length) place.wrong('names a day twice');
  return days;
}

/** Making one takes milliseconds; there are some hundred time zones. */
const clocks = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError for a zone that is not known */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    calendar: 'gregory',
    numberingSystem: 'latn',
    timeZone,
  });
  clocks.set(timeZone, made);
  return made;
}

function wallOf(place: Place): Intl.DateTimeFormat {
  const timeZone = place.text(64);
  // Offsets have no summer time, and not every release of Node knows them.
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/.test(timeZone))
    place.wrong('is no name of a time zone such as Europe/Zurich or UTC');
  try {
    return clockOf(timeZone);
  } catch (error) {
    if (error instanceof RangeError) return place.wrong(`'${sanitizeText(timeZone)}' is a time zone that is not known here`);
    throw error;
  }
}

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function readWindow(place: Place): TimeWindow {
  const found = place.members(['days', 'from', 'to', 'timeZone']);
  const zone = found.get('timeZone') ?? place.wrong('needs a timeZone, for example Europe/Zurich or UTC');
  const [from, until] = [minutesOf(found.get('from'), 0), minutesOf(found.get('to'), dayMinutes)];
  if (from >= until) place.wrong('ends before it begins: hours over midnight are two windows');
  return { days: daysOf(found.get('days')), from, until, timeZone: zone.text(64), wall: wallOf(zone) };
}

/** @param now milliseconds since 1970 */
export function isWithin({ days, from, until, wall }: TimeWindow, now: number): boolean {
  const parts = Object.fromEntries(wall.formatToParts(now).map(({ type, value }) => [type, value]));
  const minute = Number(parts.hour) * 60 + Number(parts.minute);
  return days.some((day) => day === parts.weekday?.toLowerCase()) && minute >= from && minute < until;
}

const clockText = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** For people. */
export function windowText({ days, from, until, timeZone }: TimeWindow): string {
  return `${days.length === weekdays.length ? 'every day' : days.join(' ') || 'no day'} ${clockText(from)}–${clockText(until)} ${timeZone}`;
}
