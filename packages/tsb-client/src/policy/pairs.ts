/** A member of a list and where it stands. */
export type Indexed<T> = readonly [value: T, at: number];

/**
 * Pairs two lists: members whose key both lists have once only, then equal ones. `take` pairs more of what is left; `old` and `next`
 * are the rest, which was removed and added.
 */
export function pairs<T>(before: readonly T[], after: readonly T[], keyOf: (value: T) => string) {
  const keys = [before.map(keyOf), after.map(keyOf)] as const;
  const once = (list: readonly string[], key: string) => list.filter((one) => one === key).length === 1;
  const old = before.map((value, at): Indexed<T> => [value, at]);
  const next = after.map((value, at): Indexed<T> => [value, at]);
  const matched: (readonly [Indexed<T>, Indexed<T>])[] = [];
  const take = (fits: (a: Indexed<T>, b: Indexed<T>) => boolean) => {
    for (const one of [...old]) {
      const other = next.findIndex((candidate) => fits(one, candidate));
      if (other < 0) continue;
      old.splice(old.indexOf(one), 1);
      matched.push([one, next.splice(other, 1)[0] as Indexed<T>]);
    }
  };
  const same = (a: Indexed<T>, b: Indexed<T>) => keys[0][a[1]] === keys[1][b[1]];
  take((a, b) => same(a, b) && once(keys[0], keyOf(a[0])) && once(keys[1], keyOf(b[0])));
  take((a, b) => JSON.stringify(a[0]) === JSON.stringify(b[0]));
  return { matched, old, next, take };
}
