import { base64Text, createSigner, type KeyRef, keySpecOfSpki, sha256Hex, utf8Bytes, withBackend } from '@securosys/core';
import { cosignAlgorithm } from '../keys/cosign-algorithm.js';
import { cosignPublicKeyPem } from '../keys/public-key.js';
import type { CosignKmsResponse } from './contract.js';
import type { CosignKmsContext, CosignKmsPlugin } from './plugin.js';

/** What was seen before counts only where the key is pinned, and only when it is that very key (S29). */
async function remembered(
  { publicKeys }: CosignKmsPlugin,
  context: CosignKmsContext,
  { spkiSha256 }: KeyRef,
): Promise<Uint8Array | undefined> {
  const spki = spkiSha256 === undefined ? undefined : await publicKeys?.get(context, spkiSha256);
  return spki && sha256Hex(spki) === spkiSha256 ? spki : undefined;
}

/**
 * The public half of the key, SubjectPublicKeyInfo DER.
 * @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_KEY_CHANGED`
 */
export async function publicKeyOf(plugin: CosignKmsPlugin, context: CosignKmsContext): Promise<Uint8Array> {
  const ref = await plugin.keyRef(context);
  const known = await remembered(plugin, context, ref);
  if (known) return known;
  return withBackend(plugin.open(context), async (backend) => {
    const { spki } = await createSigner(backend, ref).describe(context.signal ? { signal: context.signal } : {});
    if (ref.spkiSha256 !== undefined) await plugin.publicKeys?.put(context, spki);
    return spki;
  });
}

/**
 * A public key as the protocol wants it: PEM in base64.
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED` for a key that cosign cannot verify with
 */
export function publicKeyPem(spki: Uint8Array): string {
  const spec = keySpecOfSpki(spki);
  cosignAlgorithm(spec, spec === 'ed25519' ? undefined : 'sha256');
  return base64Text(utf8Bytes(cosignPublicKeyPem(spki)));
}

/** `publicKey` (`cosign.md` §11.2). */
export async function answerPublicKey(plugin: CosignKmsPlugin, context: CosignKmsContext): Promise<CosignKmsResponse> {
  return { publicKey: { publicKeyPEM: publicKeyPem(await publicKeyOf(plugin, context)) } };
}
