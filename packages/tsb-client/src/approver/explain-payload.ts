import { algorithmFacts, base64Bytes, equalBytes, type Format, hashBytes, type SigningFacts } from '@securosys/core';
import { algorithmsNamed, takesMessage } from '../backend/algorithms.js';
import type { RequestMetadata } from '../metadata/metadata.js';

/** What an approver needs of a format. A `details.algorithm` among its facts is a `SignatureAlgorithm` of `core`. */
export type ExplainingFormat = Pick<Format<unknown>, 'id' | 'explain'>;

export interface Explanation {
  readonly facts?: SigningFacts;
  /** A bare digest is signed, and nothing shows what it stands for. */
  readonly blind: boolean;
  /** More than one format explains the bytes: nobody can tell what they will be taken for. */
  readonly ambiguous: boolean;
}

/** What a digest stands for, if the metadata holds bytes with exactly this digest, by the hash of the algorithm (S2). */
function preimageOf(payload: Uint8Array, algorithm: string, metadata: RequestMetadata | undefined): Uint8Array | undefined {
  // All algorithms that share a `NONE…` name and the length of a digest have the same hash.
  const [named] = algorithmsNamed(algorithm, payload.byteLength);
  const hash = named && algorithmFacts(named).hash;
  if (!hash || metadata?.preimage === undefined) return undefined;
  const preimage = base64Bytes(metadata.preimage, 'preimage');
  return equalBytes(hashBytes(hash, preimage), payload) ? preimage : undefined;
}

/**
 * Facts that the payload of a signature proves. For the `NONE…` algorithms, and for any that this version does not know, the
 * payload is a digest or worse, which proves nothing (S4).
 */
export function explainPayload(
  payload: Uint8Array,
  algorithm: string,
  metadata: RequestMetadata | undefined,
  formats: readonly ExplainingFormat[],
): Explanation {
  const message = takesMessage(algorithm) ? payload : preimageOf(payload, algorithm, metadata);
  if (!message) return { blind: true, ambiguous: false };
  const all = formats.flatMap((format) => format.explain(message) ?? []);
  return { ...(all[0] && { facts: all[0] }), blind: false, ambiguous: all.length > 1 };
}
