import { base64Bytes, base64Text, SignError, utf8Bytes, utf8Text } from '@securosys/core';

const maxFileBytes = 16_384;

/** The file that `cosign verify-blob --signature` and `cosign attach signature --signature` take: base64 on one line, no line feed. */
export function detachedSignature({ signature }: { readonly signature: Uint8Array }): Uint8Array<ArrayBuffer> {
  return utf8Bytes(base64Text(signature));
}

/**
 * Reads such a file, or the annotation that `cosign attach` made of one: base64, which GNU `base64` breaks into lines (`cosign.md` §4).
 * @returns ECDSA as DER, RSA and Ed25519 as they are
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function readDetachedSignature(file: Uint8Array): Uint8Array<ArrayBuffer> {
  if (file.byteLength > maxFileBytes) throw new SignError('ERR_LIMIT', 'the signature file is too large');
  const bytes = base64Bytes(utf8Text(file, 'signature file').replace(/[\r\n]+/g, ''), 'signature file');
  if (bytes.byteLength === 0) throw new SignError('ERR_MALFORMED', 'the signature file is empty');
  return bytes;
}
