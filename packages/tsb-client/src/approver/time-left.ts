const minute = 60_000;
const units = [
  [24 * 60 * minute, 'd'],
  [60 * minute, 'h'],
  [minute, 'min'],
] as const;

/** Milliseconds for people, never more than there are: `2 d 4 h`, `1 h 29 min`, `59 s`. */
export function timeLeftText(ms: number): string {
  const left = Math.max(0, ms);
  const at = units.findIndex(([size]) => left >= size);
  if (at < 0) return `${Math.floor(left / 1000)} s`;
  let rest = left;
  const parts = units.slice(at, at + 2).flatMap(([size, unit]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? [] : [`${count} ${unit}`];
  });
  return parts.join(' ');
}
