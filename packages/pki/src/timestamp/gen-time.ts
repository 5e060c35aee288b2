import { refuse } from './reasons.js';

const form = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?Z$/;

/** A time with what milliseconds cannot hold. */
export interface PreciseTime {
  /** Milliseconds since 1970, rounded down. */
  readonly ms: number;
  /** Whether rounding lost anything. */
  readonly rounded: boolean;
}

/**
 * A GeneralizedTime of RFC 3161 §2.4.2: UTC, with seconds, perhaps with a fraction, and a date that the calendar has. The fraction may end
 * in zeros, which DER would leave out: the bytes are signed, so nobody can make a second form of them.
 */
export function genTimeOf(contents: Uint8Array): PreciseTime {
  const text = contents.byteLength <= 25 ? Buffer.from(contents).toString('latin1') : '';
  const match = form.exec(text);
  if (!match) refuse('gen-time');
  const [, year, month, day, hour, minute, second, fraction = ''] = match;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const whole = Date.parse(iso);
  // A date that the calendar lacks is either NaN or written as another one.
  if (Number.isNaN(whole) || new Date(whole).toISOString() !== iso) refuse('gen-time');
  const ms = whole + Number(fraction.slice(0, 3).padEnd(3, '0'));
  return { ms, rounded: /[1-9]/.test(fraction.slice(3)) };
}
