import { invalidArgument } from '@securosys/core';

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const longestMs = 366 * 86_400_000;

/** Milliseconds of `45s`, `30m`, `12h` or `3d`. @throws SignError `ERR_INVALID_ARGUMENT` */
export function durationMs(text: string, what: string): number {
  const [, number = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const ms = Number(number) * (units[unit] ?? Number.NaN);
  if (number === '' || !(ms <= longestMs))
    return invalidArgument(`${what} is a duration such as 45s, 30m, 12h or 3d, up to a year`);
  return ms;
}

/** `2 d 3 h`, `5 min`, `40 s`: two units at most. */
export function shownDuration(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([number]) => number > 0);
  if (first < 0) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([number]) => number > 0)
    .map(([number, unit]) => `${number} ${unit}`)
    .join(' ');
}
