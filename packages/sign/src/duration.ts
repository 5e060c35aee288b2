import { invalidArgument, sanitizeText } from '@securosys/core';

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/**
 * Seconds of a duration such as `90d`, `12h`, `30m` or `45s`.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function durationSeconds(text: string): number {
  const match = typeof text === 'string' ? /^([1-9][0-9]{0,8})([smhd])$/.exec(text) : null;
  if (!match) return invalidArgument(`'${sanitizeText(text, 40)}' is not a duration such as 90d, 12h, 30m or 45s`);
  return Number(match[1]) * (units[match[2] as string] as number);
}
