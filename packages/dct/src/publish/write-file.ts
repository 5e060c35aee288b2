import { base64Text, type JsonObject, SignError, utf8Bytes, utf8Text } from '@securosys/core';
import { notaryJson } from '../model/canonical-json.js';
import type { DctMethod } from '../model/keys.js';

/** A signature that was made, to be written. */
export interface MadeSignature {
  readonly keyId: string;
  readonly method: DctMethod;
  /** ECDSA as r‖s. */
  readonly signature: Uint8Array;
}

/** What Go's encoder writes otherwise when it writes a file, although the signature is over the plain form (`dct.md` §4.3). */
const escapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** Canonical JSON leaves them as they are, and no reader of JSON takes that. */
const controls = /[\u0000-\u001f]/;

/**
 * The bytes to be signed of a file of metadata.
 * @throws SignError `ERR_INVALID_ARGUMENT` for texts with control characters, which no reader could read back
 */
export function messageOf(signed: JsonObject): Uint8Array<ArrayBuffer> {
  const message = notaryJson(signed);
  if (controls.test(utf8Text(message)))
    throw new SignError('ERR_INVALID_ARGUMENT', 'metadata of Docker Content Trust cannot hold control characters');
  return message;
}

/**
 * A whole file, byte for byte as the server would write it again (`dct.md` §4.3): of any other bytes it computes hashes that fit nothing, and the
 * repository cannot be read any more.
 * @param message from {@link messageOf}
 */
export function writeFile(message: Uint8Array, signatures: readonly MadeSignature[]): Uint8Array<ArrayBuffer> {
  const signed = utf8Text(message).replace(/[<>&\u2028\u2029]/g, (c) => escapes[c] as string);
  const made = signatures.map(
    ({ keyId, method, signature }) => `{"keyid":"${keyId}","method":"${method}","sig":"${base64Text(signature)}"}`,
  );
  return utf8Bytes(`{"signed":${signed},"signatures":[${made.join()}]}`);
}

/**
 * RFC 3339 in whole seconds and UTC: with anything else hashes that the server computes fit nothing (`dct.md` §4.3).
 * @param at milliseconds since 1970
 */
export function expiryText(at: number): string {
  return `${new Date(Math.floor(at / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}
