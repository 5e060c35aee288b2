import {
  type CallOptions,
  checkSeal,
  concatBytes,
  type KeyRef,
  keyCheckInput,
  keyCheckSha256,
  type OpenOperation,
  pinSymmetric,
  type SealOperation,
  SignError,
  type SymmetricKeyInfo,
  sealedParts,
  sealIvBytes,
  sealTagBytes,
} from '@securosys/core';
import type { TsbDecryptInput } from '../client/ciphers.js';
import { labelOf } from './known-keys.js';
import type { BackendParts } from './parts.js';

const tagLength = 128;
async function secretOf(parts: BackendParts, label: string): Promise<{ readonly password?: string }> {
  const password = await parts.password(label, false);
  return password === undefined ? {} : { password };
}

/**
 * Describes a key and has it encrypt its check value: attributes do not say whether a key may encrypt (§2.2), so a refusal does.
 * @throws SignError `ERR_KEY_CHANGED`, and those of the calls
 */
export async function describeSymmetric(parts: BackendParts, ref: KeyRef, options: CallOptions): Promise<SymmetricKeyInfo> {
  const info = await parts.keys.describeSymmetric(ref, options);
  const label = labelOf(ref);
  const check = { label, algorithm: 'AES_ECB', payload: keyCheckInput(), ...(await secretOf(parts, label)) } as const;
  try {
    const { encryptedPayload } = await parts.client.ciphers.encrypt(check, options);
    return pinSymmetric(ref, { ...info, ref: { label, checkSha256: keyCheckSha256(encryptedPayload) } });
  } catch (error) {
    if (!SignError.is(error, 'ERR_KEY_NOT_USABLE')) throw error;
    return { ...info, usages: info.usages.filter((usage) => usage !== 'encrypt') };
  }
}

/** Seals by `POST /v1/encrypt`: the HSM makes the initialisation vector (§2.4). @throws SignError `ERR_PROTOCOL` for another answer */
export async function sealWith(
  parts: BackendParts,
  { key, algorithm, plaintext, aad }: SealOperation,
  options: CallOptions,
): Promise<Uint8Array> {
  checkSeal(algorithm, plaintext.byteLength);
  const label = labelOf(key);
  const asked = { label, algorithm: 'AES_GCM', payload: plaintext, tagLength, ...(await secretOf(parts, label)) } as const;
  const { encryptedPayload, initializationVector: iv } = await parts.client.ciphers.encrypt(
    { ...asked, ...(aad && { additionalAuthenticationData: aad }) },
    options,
  );
  if (iv?.byteLength !== sealIvBytes || encryptedPayload.byteLength !== plaintext.byteLength + sealTagBytes)
    throw new SignError('ERR_PROTOCOL', 'the answer is no text that AES-GCM encrypted');
  return concatBytes(iv, encryptedPayload);
}

/** What is to be opened, in the client's words. @throws SignError `ERR_REQUEST_FAILED` for what is too short to be sealed */
export function openInput({ key, algorithm, sealed, aad }: OpenOperation): TsbDecryptInput {
  checkSeal(algorithm, 0);
  const parts = sealedParts(sealed);
  if (!parts) throw new SignError('ERR_REQUEST_FAILED', 'the ciphertext cannot be decrypted with this key');
  return {
    label: labelOf(key),
    algorithm: 'AES_GCM',
    encryptedPayload: concatBytes(parts.ciphertext, parts.tag),
    initializationVector: parts.iv,
    tagLength,
    ...(aad && { additionalAuthenticationData: aad }),
  };
}
