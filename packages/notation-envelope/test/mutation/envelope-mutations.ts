import type { Mutation, Original } from './original.js';

/**
 * One envelope's parts with those of another. Another certificate for the same key and the same name is left out: nothing that is
 * signed says which of them was meant, so it is as good.
 */
export const spliced =
  (others: readonly Original[]): Mutation =>
  ({ bytes, codec, key }, random) => {
    const parts = codec.split(bytes);
    const other = random.pick(others);
    const theirs = other.codec.split(other.bytes);
    const which = random.pick(['protected', 'payload', 'signature', 'chain'] as const);
    if (which !== 'chain' || other.key !== key) Object.assign(parts, { [which]: theirs[which] });
    if (random.oneIn(3)) parts.chain = [...parts.chain, ...theirs.chain];
    return { bytes: codec.join(parts) };
  };

/** Read as the other format, or as none. */
export const otherMediaType: Mutation = ({ bytes, codec }, random) => ({
  bytes,
  mediaType: random.pick(
    ['', 'application/json', 'application/cose', 'application/jose+json', 'application/jose+json ', 'APPLICATION/COSE'].filter(
      (type) => type !== codec.mediaType,
    ),
  ),
});
