import { algorithmFacts, equalBytes, type Format, hashBytes, type SigningFacts, sha256Hex } from '@securosys/core';
import { algorithmsNamed, takesMessage } from '../backend/algorithms.js';
import type { RequestMetadata } from '../metadata/metadata.js';
import { decodePreimage } from '../metadata/preimage.js';
import type { RequestKind } from './operations.js';
import type { Pkix } from './pkix.js';

/** What an approver needs of a format. A `details.algorithm` among its facts is a `SignatureAlgorithm` of `core`. */
export type ExplainingFormat = Pick<Format<unknown>, 'id' | 'explain'>;

export interface Explanation {
  readonly facts?: SigningFacts;
  /** A bare digest is signed, and nothing shows what it stands for. */
  readonly blind: boolean;
  /** SHA-256 of the whole message, hex, where the payload is its digest. */
  readonly messageSha256?: string;
  /** What the bytes are, and cannot be under such a request. */
  readonly contradiction?: string;
}

/** What a digest stands for, if the metadata holds bytes with exactly this digest, by the hash of the algorithm (S2). */
function preimageOf(payload: Uint8Array, algorithm: string, metadata: RequestMetadata | undefined): Uint8Array | undefined {
  // All algorithms that share a `NONE…` name and the length of a digest have the same hash.
  const [named] = algorithmsNamed(algorithm, payload.byteLength);
  const hash = named && algorithmFacts(named).hash;
  if (!hash || metadata?.preimage === undefined) return undefined;
  const preimage = decodePreimage(metadata.preimage);
  return equalBytes(hashBytes(hash, preimage), payload) ? preimage : undefined;
}

const readings = (bytes: Uint8Array, formats: readonly ExplainingFormat[]): SigningFacts[] =>
  formats.flatMap((format) => format.explain(bytes) ?? []);

/** What only one format explains. Two readings mean that nobody can tell what the bytes will be taken for. */
function explained(all: readonly SigningFacts[]): Explanation {
  const contradiction = all.length > 1 ? 'more than one format explains the payload' : undefined;
  return { ...(all[0] && { facts: all[0] }), blind: false, ...(contradiction !== undefined && { contradiction }) };
}

/** The payload of a signature: under `NONE…`, and any name that this version does not know, a digest or worse (S4). */
function explainMessage(
  payload: Uint8Array,
  algorithm: string,
  metadata: RequestMetadata | undefined,
  formats: readonly ExplainingFormat[],
): Explanation {
  if (takesMessage(algorithm)) return explained(readings(payload, formats));
  const message = preimageOf(payload, algorithm, metadata);
  return message ? { ...explained(readings(message, formats)), messageSha256: sha256Hex(message) } : { blind: true };
}

/** A certificate operation signs one structure, and no other (`tsb-rest-api.md` §5.4). */
function explainStructure(payload: Uint8Array, own: ExplainingFormat, all: readonly ExplainingFormat[]): Explanation {
  const foreign = readings(
    payload,
    all.filter(({ id }) => id !== own.id),
  );
  if (foreign.length > 0) return { blind: false, contradiction: 'the bytes are something else than the request asks for' };
  return explained(readings(payload, [own]));
}

/**
 * What the payload of a use of a key proves. To the HSM all uses are alike, so an approval of one that asks to decrypt can be used to
 * sign: bytes that are a message of some format are refused there.
 */
export function explainPayload(
  payload: Uint8Array,
  { operation, certificate }: RequestKind,
  algorithm: string | undefined,
  metadata: RequestMetadata | undefined,
  formats: readonly ExplainingFormat[],
  { certificateFormat, csrFormat }: Pkix,
): Explanation {
  const others = [certificateFormat, csrFormat].filter(({ id }) => !formats.some((format) => format.id === id));
  const all = [...formats, ...others];
  if (operation === 'sign') return explainMessage(payload, algorithm ?? '', metadata, all);
  if (operation === 'certificate')
    return explainStructure(payload, certificate === 'request' ? csrFormat : certificateFormat, all);
  const message = readings(payload, all).length > 0;
  return { blind: false, ...(message && { contradiction: 'the bytes to decrypt are a message that could be signed' }) };
}
