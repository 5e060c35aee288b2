import {
  type CallOptions,
  type DecryptOperation,
  encryptionFacts,
  invalidArgument,
  keyFacts,
  ownBytes,
  SignError,
} from '@securosys/core';
import { CKG, CKM } from '../cryptoki/mechanisms.js';
import type { Mechanism } from '../token/mechanism.js';
import { keyBits } from './key-bits.js';
import { needUsage, type UsableKey } from './usable-key.js';
import { type UseContext, usedOnce } from './use-context.js';

const hashes = {
  sha1: { hashAlg: CKM.SHA_1, mgf: CKG.MGF1_SHA1, bytes: 20 },
  sha256: { hashAlg: CKM.SHA256, mgf: CKG.MGF1_SHA256, bytes: 32 },
  sha384: { hashAlg: CKM.SHA384, mgf: CKG.MGF1_SHA384, bytes: 48 },
  sha512: { hashAlg: CKM.SHA512, mgf: CKG.MGF1_SHA512, bytes: 64 },
} as const;

/** How an algorithm is asked for, and how much of a block is not plaintext (RFC 8017 §7.1.1, §7.2.1). */
export function decryptPlan(algorithm: DecryptOperation['algorithm']): {
  readonly mechanism: Mechanism;
  readonly overhead: number;
} {
  const { hash } = encryptionFacts(algorithm);
  if (!hash) return { mechanism: { type: CKM.RSA_PKCS }, overhead: 11 };
  const { hashAlg, mgf, bytes } = hashes[hash];
  return { mechanism: { type: CKM.RSA_PKCS_OAEP, parameter: { kind: 'oaep', hashAlg, mgf } }, overhead: 2 * bytes + 2 };
}

/** The words of every failure that depends on the ciphertext, here and in the calls of the token (S16). */
const undecipherable = (tokenLabel: string) =>
  new SignError('ERR_REQUEST_FAILED', 'the ciphertext cannot be decrypted with this key', {
    details: { operation: 'decrypt', tokenLabel },
  });

/**
 * Decrypts one block (`pkcs11.md` §6.9). Whether a token has OAEP with a hash is only known when it is asked: SoftHSM has SHA-1 alone.
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED`, `ERR_KEY_NOT_USABLE`; `ERR_REQUEST_FAILED` for a ciphertext that does not decrypt,
 * always in the same words; and those of the token
 */
export async function decryptWith(
  context: UseContext,
  key: UsableKey,
  { algorithm, ciphertext }: Pick<DecryptOperation, 'algorithm' | 'ciphertext'>,
  options: CallOptions = {},
): Promise<Uint8Array> {
  const { token, capabilities } = context;
  const { mechanism, overhead } = decryptPlan(algorithm);
  if (!(ciphertext instanceof Uint8Array)) invalidArgument('ciphertext is not a Uint8Array');
  if (key.spec === undefined || keyFacts(key.spec).type !== 'rsa')
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `${algorithm} cannot be computed with a ${key.spec ?? 'key of this type'}`);
  needUsage(key, 'decrypt');
  await capabilities.need(mechanism.type, 'DECRYPT', keyBits(key.spec), options);
  const modulusBytes = keyFacts(key.spec).signatureBytes;
  if (ciphertext.byteLength !== modulusBytes) throw undecipherable(token.token.label);
  const plaintext = await usedOnce(context, key, options, (use) =>
    token.decrypt(key.handle, mechanism, ciphertext, modulusBytes, use),
  );
  if (plaintext.byteLength > modulusBytes - overhead)
    throw new SignError('ERR_PROTOCOL', 'the token gave more plaintext than a block can hold', {
      details: { operation: 'decrypt', tokenLabel: token.token.label },
    });
  return ownBytes(plaintext);
}
