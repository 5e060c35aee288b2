import type { DerElement } from '@securosys/core';
import { malformed, tags } from './reader.js';

const utc = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
const generalized = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/**
 * Milliseconds of a certificate's `Time` (RFC 5280 §4.1.2.5): UTCTime through 2049 and GeneralizedTime after it, with seconds,
 * in UTC, and a date that the calendar has.
 * @throws SignError `ERR_MALFORMED`
 */
export function timeOf(bytes: Uint8Array, element: DerElement): number {
  const text = Buffer.from(bytes.subarray(element.contents, element.end)).toString('latin1');
  const short = element.tag === tags.utcTime;
  const match = (short ? utc : element.tag === tags.generalizedTime ? generalized : undefined)?.exec(text);
  if (!match) return malformed('a time has another form than certificates have');
  const [written, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const year = short ? (written < 50 ? 2000 + written : 1900 + written) : written;
  if (!short && year < 2050) malformed('a time before 2050 is written as GeneralizedTime');
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  // Date.UTC rolls 31 June over into July; only a date that comes back unchanged is one.
  const back = new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14);
  return back === `${year}${text.slice(short ? 2 : 4, -1)}` ? ms : malformed('a time names a date that does not exist');
}
