import { type CborLimits, ownBytes, scanCbor } from '@securosys/core';
import { decode, encode, rfc8949EncodeOptions, Tagged } from 'cborg';
import { refuse } from '../refusal.js';

/** CBOR's tag for a number of seconds since 1970 (RFC 8949 §3.4.2). */
const epochTag = 1;
const tags = Tagged.preserve(epochTag);
const options = { useMaps: true, strict: true, rejectDuplicateMapKeys: true, allowIndefinite: false, allowUndefined: false };

/**
 * Decodes one item of deterministic CBOR (S20). Maps are `Map`s, integers over 2^53 `bigint`s, byte strings copies.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function decodeCbor(bytes: Uint8Array, limits: CborLimits & { what: string }): unknown {
  scanCbor(bytes, limits);
  try {
    return decode(bytes, limits.tags ? { ...options, tags } : options);
  } catch {
    // The scan before has found everything that can be said about the bytes.
    return refuse('malformed', `${limits.what} is not CBOR that can be read`);
  }
}

/** Deterministic CBOR (RFC 8949 §4.2.1) of a value: integers, texts, bytes, lists, `Map`s, objects, `null`, booleans, times. */
export function encodeCbor(value: unknown): Uint8Array<ArrayBuffer> {
  return ownBytes(encode(value, rfc8949EncodeOptions));
}

/** A time as COSE envelopes hold it: tag 1 around whole seconds. */
export function epochTime(ms: number): unknown {
  return new Tagged(epochTag, Math.floor(ms / 1000));
}

/** The seconds of such a time, or `undefined` when the value is none. */
export function epochSeconds(value: unknown): number | undefined {
  return value instanceof Tagged && typeof value.value === 'number' ? value.value : undefined;
}
