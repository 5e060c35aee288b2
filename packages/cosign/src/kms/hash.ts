import { equalBytes, type HashName, hashBytes, type KeySpec, type SignatureAlgorithm, SignError } from '@securosys/core';
import { cosignAlgorithm } from '../keys/cosign-algorithm.js';
import type { CosignKmsKeySettings } from './plugin.js';
import type { KmsCall } from './read-call.js';

/** Numbers of `crypto.Hash` in Go. */
const byNumber: ReadonlyMap<number, HashName> = new Map([
  [5, 'sha256'],
  [6, 'sha384'],
  [7, 'sha512'],
]);
const byLength: ReadonlyMap<number, HashName> = new Map([
  [32, 'sha256'],
  [48, 'sha384'],
  [64, 'sha512'],
]);

/**
 * The hash that cosign means (`cosign.md` §11.3): that of the digest, when there is one, by its length. `hashFunc` of the call is always
 * SHA-256 when cosign signs, whatever the digest was made with.
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED`, `ERR_MALFORMED`
 */
export function meantHash({ hashFunc, digest, digestHashFunc }: KmsCall): HashName {
  const ofDigest = digest && byLength.get(digest.byteLength);
  if (digest && !ofDigest) throw new SignError('ERR_MALFORMED', 'the digest is none of SHA-256, SHA-384 and SHA-512');
  const named = digestHashFunc ?? (ofDigest ? undefined : hashFunc);
  const hash = named === undefined ? ofDigest : byNumber.get(named);
  if (!hash) throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'the hash is none of SHA-256, SHA-384 and SHA-512');
  if (ofDigest && ofDigest !== hash) throw new SignError('ERR_MALFORMED', `the digest has not the length of ${hash}`);
  return hash;
}

/** What is to be signed or verified: the message, or a digest that nobody shows the message of. */
export type KmsInput = { readonly message: Uint8Array } | { readonly blind: Uint8Array };

/**
 * The input of a call. A digest that comes with its message has to be that message's, so that what people are shown is what is signed.
 * @param stdin empty: a digest stands alone, unless it is that of nothing
 * @throws SignError `ERR_DIGEST_MISMATCH`, and those of {@link meantHash}
 */
export function kmsInput(call: KmsCall, stdin: Uint8Array): KmsInput {
  const { digest } = call;
  if (!digest || equalBytes(hashBytes(meantHash(call), stdin), digest)) return { message: stdin };
  if (stdin.byteLength === 0) return { blind: digest };
  throw new SignError('ERR_DIGEST_MISMATCH', 'the digest is not that of the message on stdin');
}

/**
 * The algorithm of a key in a call: pure Ed25519 signs the message whatever digest there is; P-384 and P-521 sign with the hash that
 * cosign means, or with that of the settings.
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED`
 */
export function kmsAlgorithm(spec: KeySpec | undefined, call: KmsCall, { hash }: CosignKmsKeySettings): SignatureAlgorithm {
  return spec === 'ed25519' ? cosignAlgorithm(spec) : cosignAlgorithm(spec, hash ?? meantHash(call));
}
