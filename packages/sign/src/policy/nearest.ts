/** Longer texts are no slip of the hand. */
const longest = 40;

/** Letters added, left out, exchanged or swapped with their neighbour. */
function distance(a: string, b: string): number {
  let [before, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, (last[j - 1] as number) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (before[j - 2] as number) + 1);
      row.push(cost);
    }
    [before, last] = [last, row];
  }
  return last[b.length] as number;
}

/** The known name that a misspelt one was probably meant to be; letter case and hyphens count as nothing. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  if (written.length > longest) return undefined;
  const plain = (text: string) => text.toLowerCase().replace(/[-_ ]/g, '');
  const [best] = known
    .map((name) => ({ name, cost: distance(plain(written), plain(name)) }))
    .filter(({ name, cost }) => cost <= Math.max(1, Math.floor(name.length / 4)))
    .sort((one, other) => one.cost - other.cost);
  return best?.name;
}
