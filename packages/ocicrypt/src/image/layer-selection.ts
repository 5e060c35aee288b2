import { invalidArgument } from '@securosys/core';

/**
 * Positions of layers that a caller means: from 0, negative ones from the end (`ocicrypt.md` §8.2).
 * @throws SignError `ERR_INVALID_ARGUMENT` for a position that the image does not have: nobody shall believe in a layer that is not there
 */
export function selectLayers(wanted: readonly number[] | undefined, count: number): ReadonlySet<number> {
  if (wanted === undefined) return new Set(Array.from({ length: count }, (_, index) => index));
  return new Set(
    wanted.map((index) => {
      const position = index < 0 ? count + index : index;
      return position >= 0 && position < count ? position : invalidArgument(`no layer ${index}: the image has ${count} layers`);
    }),
  );
}

/** Refuses what is no list of positions. @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkSelection(name: string, wanted: unknown): void {
  if (wanted === undefined) return;
  if (!Array.isArray(wanted) || wanted.length === 0 || !wanted.every((index) => Number.isSafeInteger(index)))
    invalidArgument(`${name} is a list of at least one position, an integer each`);
}
