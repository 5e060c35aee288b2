import { invalidArgument, sanitizeText } from '@securosys/core';

/** A time in a policy: seconds as a number, or a whole number with a unit: seconds, minutes, hours, days, weeks. */
export type PolicyDuration = number | `${number}${'s' | 'm' | 'min' | 'h' | 'd' | 'w'}`;

const units = { s: 1, m: 60, min: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/**
 * Seconds of a duration. Whether they are whole minutes is said where the whole policy is known.
 * @throws SignError `ERR_INVALID_ARGUMENT` for anything that is not a whole, positive number of a known unit
 */
export function secondsOf(duration: PolicyDuration): number {
  if (typeof duration === 'number') return duration;
  const [, count = '', unit = ''] = /^(\d{1,9})(s|m|min|h|d|w)$/.exec(String(duration)) ?? [];
  if (count === '') invalidArgument(`'${sanitizeText(String(duration), 40)}' is no duration: write '10m', '1h' or '2d'`);
  return Number(count) * units[unit as keyof typeof units];
}

const words = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
] as const;

/** Seconds in words, in the largest unit that divides them: `1 hour`, `90 minutes`. */
export function durationText(seconds: number): string {
  const [size, word] = words.find(([unit]) => seconds >= unit && seconds % unit === 0) ?? [1, 'second'];
  const count = seconds / size;
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
