import { type RequestIdentity, repositoryOf } from './request-identity.js';

/** What is about a manifest: which, by which tag it was named, and which index lists it. */
export type Placed = Pick<RequestIdentity, 'reference' | 'tag' | 'index'>;

/**
 * What is about the manifests that an index lists, of each that is about the index itself: whoever sees the signature of an index has to find those below
 * it. What an index lists is no such index here, so that nothing waits for itself, whatever a file says.
 * @param placeOf `undefined` for what is about no manifest
 */
export function listedBelow<T>(all: readonly T[], placeOf: (one: T) => Placed | undefined): ReadonlyMap<T, readonly T[]> {
  const byIndex = new Map<string, T[]>();
  for (const one of all) {
    const place = placeOf(one);
    if (place?.index === undefined) continue;
    const name = `${repositoryOf(place.reference)}@${place.index}`;
    byIndex.set(name, [...(byIndex.get(name) ?? []), one]);
  }
  const below = new Map<T, readonly T[]>();
  for (const one of all) {
    const place = placeOf(one);
    const listed = place && place.index === undefined ? byIndex.get(place.reference) : undefined;
    if (listed) below.set(one, listed);
  }
  return below;
}
