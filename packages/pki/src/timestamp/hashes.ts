import type { TimestampHash } from '@securosys/core';
import { type DerReader, malformed, tags } from '../reader.js';

/** Object identifiers of the only hashes that timestamps may use anywhere (FIPS 180-4, RFC 5754 §2). */
export const hashOids: Readonly<Record<TimestampHash, string>> = {
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
};

const byOid: ReadonlyMap<string, TimestampHash> = new Map(
  Object.entries(hashOids).map(([hash, oid]) => [oid, hash as TimestampHash]),
);

/** The hash of this object identifier, or `undefined` for every other. */
export function hashOfOid(oid: string): TimestampHash | undefined {
  return byOid.get(oid);
}

/**
 * Object identifier of an `AlgorithmIdentifier` of a hash: parameters absent or NULL (RFC 5754 §2).
 * @param identifier inside the SEQUENCE
 */
export function hashIdentifier(identifier: DerReader): string {
  const oid = identifier.oid();
  const parameters = identifier.optional(tags.null);
  if (parameters && parameters.end !== parameters.contents) malformed('a NULL has contents');
  identifier.end();
  return oid;
}
