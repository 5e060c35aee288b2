/** Numbers that are the same in every run. */
export interface Random {
  /** A whole number from 0 up to but not including `below`. */
  int(below: number): number;
  pick<T>(list: readonly T[]): T;
  /** True once in `n`. */
  oneIn(n: number): boolean;
  bytes(length: number): Uint8Array;
}

/** xorshift32 of one seed. */
export function randomFrom(seed: number): Random {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
  for (let i = 0; i < 4; i++) next();
  const int = (below: number): number => Math.floor(next() * below);
  return {
    int,
    pick: (list) => list[int(list.length)] as (typeof list)[number],
    oneIn: (n) => int(n) === 0,
    bytes: (length) => Uint8Array.from({ length }, () => int(256)),
  };
}
