import { base64Bytes, equalBytes, type Format, type HashName, hashBytes, type SigningFacts } from '@securosys/core';
import type { RequestMetadata } from '../metadata/metadata.js';

/** What an approver needs of a format. */
export type ExplainingFormat = Pick<Format<unknown>, 'id' | 'explain'>;

export interface Explanation {
  readonly facts?: SigningFacts;
  /** A bare digest is signed, and nothing shows what it stands for. */
  readonly blind: boolean;
  /** More than one format explains the bytes: nobody can tell what they will be taken for. */
  readonly ambiguous: boolean;
}

const hashOfLength: Readonly<Record<number, HashName>> = { 32: 'sha256', 48: 'sha384', 64: 'sha512' };

/** What a digest stands for, if the metadata holds bytes with exactly this digest (S2). */
function preimageOf(payload: Uint8Array, metadata: RequestMetadata | undefined): Uint8Array | undefined {
  const hash = hashOfLength[payload.byteLength];
  if (!hash || metadata?.preimage === undefined) return undefined;
  const preimage = base64Bytes(metadata.preimage, 'preimage');
  return equalBytes(hashBytes(hash, preimage), payload) ? preimage : undefined;
}

/** Facts that the payload of a signature proves. For the `NONE…` algorithms the payload is a digest, which proves nothing (S4). */
export function explainPayload(
  payload: Uint8Array,
  algorithm: string,
  metadata: RequestMetadata | undefined,
  formats: readonly ExplainingFormat[],
): Explanation {
  const digestOnly = algorithm.startsWith('NONE');
  const message = digestOnly ? preimageOf(payload, metadata) : payload;
  if (!message) return { blind: true, ambiguous: false };
  const all = formats.flatMap((format) => format.explain(message) ?? []);
  return { ...(all[0] && { facts: all[0] }), blind: false, ambiguous: all.length > 1 };
}
