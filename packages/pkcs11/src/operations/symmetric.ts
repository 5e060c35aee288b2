import {
  type CallOptions,
  checkSeal,
  concatBytes,
  type KeyRef,
  keyCheckInput,
  keyCheckSha256,
  nodeCrypto,
  type OpenOperation,
  ownBytes,
  pinSymmetric,
  type SealOperation,
  SignError,
  type SymmetricKeyInfo,
  type SymmetricKeySpec,
  sealedParts,
  sealIvBytes,
  sealTagBytes,
} from '@securosys/core';
import { CKM } from '../cryptoki/mechanisms.js';
import { findAesKey, type TokenAesKey } from '../keys/aes-key.js';
import type { Mechanism } from '../token/mechanism.js';
import { needUsage, type UsableKey } from './usable-key.js';
import { type UseContext, usedOnce } from './use-context.js';

const specs: ReadonlyMap<number | undefined, SymmetricKeySpec> = new Map([
  [128, 'aes-128'],
  [192, 'aes-192'],
  [256, 'aes-256'],
]);

const usable = ({ handle, label, usages, alwaysAuthenticate }: TokenAesKey): UsableKey => {
  return { handle, label, usages, alwaysAuthenticate, spec: undefined };
};

/** CK_GCM_PARAMS with the initialisation vector of the caller, as version 2.40 has it. */
const gcm = (iv: Uint8Array, aad: Uint8Array | undefined): Mechanism => ({
  type: CKM.AES_GCM,
  parameter: { kind: 'gcm', iv, tagBits: sealTagBytes * 8, ...(aad && { aad }) },
});

/**
 * Describes an AES key; one that may encrypt encrypts its check value.
 * @throws SignError `ERR_KEY_NOT_USABLE` for another type of key, `ERR_KEY_CHANGED`, `ERR_ALGORITHM_UNSUPPORTED`, and those of the token
 */
export async function describeSymmetric(context: UseContext, ref: KeyRef, options: CallOptions): Promise<SymmetricKeyInfo> {
  const { token, capabilities } = context;
  const key = await findAesKey(token, ref, options);
  const { label, id, usages, bits } = key;
  const named = { ...(label !== undefined && { label }), ...(id.byteLength > 0 && { id }) };
  const info = { ref: named, spec: specs.get(bits), usages, needsApproval: false, assurance: 'self-reported' } as const;
  if (!usages.includes('encrypt')) return pinSymmetric(ref, info);
  await capabilities.need(CKM.AES_ECB, 'ENCRYPT', undefined, options);
  const input = keyCheckInput();
  const encrypted = await usedOnce(context, usable(key), options, (use) =>
    token.encrypt(key.handle, { type: CKM.AES_ECB }, input, input.byteLength, use),
  );
  return pinSymmetric(ref, { ...info, ref: { ...named, checkSha256: keyCheckSha256(encrypted) } });
}

/**
 * Seals with a random initialisation vector: `iv ‖ ciphertext ‖ tag`.
 * @throws SignError `ERR_KEY_NOT_USABLE`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_LIMIT`, and those of the token
 */
export async function sealWith(
  context: UseContext,
  { key: ref, algorithm, plaintext, aad }: SealOperation,
  options: CallOptions,
): Promise<Uint8Array> {
  const { token, capabilities } = context;
  checkSeal(algorithm, plaintext.byteLength);
  const key = await findAesKey(token, ref, options);
  needUsage(key, 'encrypt');
  await capabilities.need(CKM.AES_GCM, 'ENCRYPT', undefined, options);
  const iv = ownBytes(nodeCrypto().randomBytes(sealIvBytes));
  const length = plaintext.byteLength + sealTagBytes;
  const encrypted = await usedOnce(context, usable(key), options, (use) =>
    token.encrypt(key.handle, gcm(iv, aad), plaintext, length, use),
  );
  if (encrypted.byteLength !== length)
    throw new SignError('ERR_PROTOCOL', `the token gave ${encrypted.byteLength} bytes, where AES-GCM gives ${length}`, {
      details: { operation: 'encrypt', tokenLabel: token.token.label },
    });
  return concatBytes(iv, encrypted);
}

/**
 * Opens what was sealed with the same additional data.
 * @throws SignError `ERR_REQUEST_FAILED` for what does not open, always in the same words; `ERR_KEY_NOT_USABLE`, `ERR_ALGORITHM_UNSUPPORTED`,
 * and those of the token
 */
export async function openWith(
  context: UseContext,
  { key: ref, algorithm, sealed, aad }: OpenOperation,
  options: CallOptions,
): Promise<Uint8Array> {
  const { token, capabilities } = context;
  const parts = sealedParts(sealed);
  checkSeal(algorithm, parts?.ciphertext.byteLength ?? 0);
  const key = await findAesKey(token, ref, options);
  needUsage(key, 'decrypt');
  await capabilities.need(CKM.AES_GCM, 'DECRYPT', undefined, options);
  const details = { operation: 'decrypt', tokenLabel: token.token.label };
  if (!parts) throw new SignError('ERR_REQUEST_FAILED', 'the ciphertext cannot be decrypted with this key', { details });
  const { iv, ciphertext, tag } = parts;
  // The module may write the tag's length of zeros behind the plaintext before it says how long that is.
  const plaintext = await usedOnce(context, usable(key), options, (use) =>
    token.decrypt(key.handle, gcm(iv, aad), concatBytes(ciphertext, tag), sealed.byteLength, use),
  );
  if (plaintext.byteLength !== ciphertext.byteLength)
    throw new SignError('ERR_PROTOCOL', 'the token gave another length of plaintext than was sealed', { details });
  return ownBytes(plaintext);
}
