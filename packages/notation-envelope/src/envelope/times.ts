import { refuse } from '../refusal.js';

/** Last second of the year 9999, the last that RFC 3339 can write, in milliseconds since 1970. */
export const lastSecond = 253_402_300_799_000;

const form = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;

/**
 * RFC 3339 date and time with any offset, as signers write it (`notation.md` §5). Fractions are accepted and kept to the
 * millisecond; dates that do not exist, and times before 1970 or after the year 9999, are refused.
 * @returns milliseconds since 1970
 * @throws SignError `ERR_MALFORMED`
 */
export function parseTime(value: unknown, what: string): number {
  const parts = typeof value === 'string' ? form.exec(value) : null;
  if (!parts) return refuse('malformed', `${what} is not an RFC 3339 time`);
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const [hour, minute, second] = [Number(parts[4]), Number(parts[5]), Number(parts[6])];
  const millisecond = parts[7] === undefined ? 0 : Number(parts[7].padEnd(3, '0').slice(0, 3));
  const local = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  const offset = Number(parts[9] ?? 0) * 60 + Number(parts[10] ?? 0);
  // `Date.UTC` takes the years 0 to 99 for those of the last century.
  const exists =
    year >= 1969 && new Date(local).getUTCDate() === day && month >= 1 && month <= 12 && hour < 24 && minute < 60 && second < 60;
  const ms = local - (parts[8] === '-' ? -1 : 1) * offset * 60_000;
  if (!exists || Number(parts[9] ?? 0) > 23 || Number(parts[10] ?? 0) > 59 || ms < 0 || ms >= lastSecond + 1000)
    return refuse('malformed', `${what} is not a time that exists`);
  return ms;
}
