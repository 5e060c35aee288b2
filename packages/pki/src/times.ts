import type { DerElement } from '@securosys/core';
import { malformed, tags } from './reader.js';

const zero = 0x30;

/** Number that `count` ASCII digits make. */
function digits(bytes: Uint8Array, at: number, count: number): number {
  let number = 0;
  for (const end = at + count; at < end; at++) {
    const digit = (bytes[at] as number) - zero;
    if (digit < 0 || digit > 9) malformed('a time has another form than certificates have');
    number = number * 10 + digit;
  }
  return number;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * Milliseconds of a certificate's `Time` (RFC 5280 §4.1.2.5): UTCTime through 2049 and GeneralizedTime after it, with seconds,
 * in UTC, and a date that the calendar has.
 * @throws SignError `ERR_MALFORMED`
 */
export function timeOf(bytes: Uint8Array, { tag, contents, end }: DerElement): number {
  const yearDigits = tag === tags.utcTime ? 2 : tag === tags.generalizedTime ? 4 : 0;
  if (yearDigits === 0 || end - contents !== yearDigits + 11 || bytes[end - 1] !== 0x5a)
    malformed('a time has another form than certificates have');
  const written = digits(bytes, contents, yearDigits);
  const year = yearDigits === 4 ? written : written < 50 ? 2000 + written : 1900 + written;
  if (yearDigits === 4 && year < 2050) malformed('a time before 2050 is written as GeneralizedTime');
  return instant(bytes, contents + yearDigits, year);
}

/**
 * Milliseconds of a GeneralizedTime of any year, with seconds, without fractions, in UTC: invalidity dates (RFC 5280 §5.3.2) and all
 * times of OCSP (RFC 6960 §4.2.2.1).
 * @throws SignError `ERR_MALFORMED`
 */
export function generalizedTimeOf(bytes: Uint8Array, { tag, contents, end }: DerElement): number {
  if (tag !== tags.generalizedTime || end - contents !== 15 || bytes[end - 1] !== 0x5a)
    malformed('a GeneralizedTime has another form than YYYYMMDDHHMMSSZ');
  return instant(bytes, contents + 4, digits(bytes, contents, 4));
}

/** Milliseconds of month, day, hour, minute and second, which start at `at`. */
function instant(bytes: Uint8Array, at: number, year: number): number {
  const month = digits(bytes, at, 2);
  const day = digits(bytes, at + 2, 2);
  const hour = digits(bytes, at + 4, 2);
  const minute = digits(bytes, at + 6, 2);
  const second = digits(bytes, at + 8, 2);
  const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month) && hour < 24 && minute < 60 && second < 60;
  return exists ? Date.UTC(year, month - 1, day, hour, minute, second) : malformed('a time names a date that does not exist');
}
