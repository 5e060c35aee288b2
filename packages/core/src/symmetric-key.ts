import type { ApprovalWindow, KeyAssurance, KeyRef, KeyUsage } from './backend.js';
import { concatBytes, ownBytes, sha256Hex, utf8Bytes } from './bytes.js';
import { SignError } from './errors.js';
import { sanitizeText } from './text.js';

/** AES keys by their size. */
export type SymmetricKeySpec = 'aes-128' | 'aes-192' | 'aes-256';

/**
 * How a symmetric key seals: AES-GCM (NIST SP 800-38D) with an initialisation vector of 12 bytes, which is random or the HSM's own, and a
 * tag of 16 bytes. What is sealed is `iv ‖ ciphertext ‖ tag`, {@link sealOverhead} bytes longer than its plaintext. One key seals at most
 * 2^32 times (§8.3 there); nobody here counts for all who have the key.
 */
export type SealAlgorithm = 'aes-gcm';

/** Every algorithm that seals, in the order of {@link SealAlgorithm}. */
export const sealAlgorithms: readonly SealAlgorithm[] = ['aes-gcm'];

/** Bytes of an initialisation vector. */
export const sealIvBytes = 12;
/** Bytes of a tag. */
export const sealTagBytes = 16;
/** How much longer than its plaintext a sealed text is, in bytes. */
export const sealOverhead = sealIvBytes + sealTagBytes;
/** Most that is sealed at once, in bytes: keys are, and not what they are for. */
export const maxSealBytes = 4_096;

/** A symmetric key as its backend describes it. It has no public half: all of this is the backend's word. */
export interface SymmetricKeyInfo {
  /** With `checkSha256` filled in, where the key may encrypt. */
  readonly ref: KeyRef;
  /** `undefined` when the backend does not tell. */
  readonly spec: SymmetricKeySpec | undefined;
  readonly usages: readonly KeyUsage[];
  /** Whether people must approve that something is opened; `undefined` when the backend could not find out. */
  readonly needsApproval: boolean | undefined;
  readonly assurance: KeyAssurance;
  /** `true` while the backend refuses every use of the key. */
  readonly blocked?: boolean;
  /** When approvals count, one entry for each way to collect them. */
  readonly approvalWindows?: readonly ApprovalWindow[];
}

/** A symmetric key to be made: AES of 256 bits that encrypts, decrypts and does nothing else, and never leaves the backend. */
export interface SymmetricKeyRequest {
  readonly label: string;
}

/**
 * What a key encrypts to be known by (AES alone, block by block): 32 bytes that no counter block of AES-GCM is, because a message of the
 * {@link maxSealBytes} never counts up to 2^32 - 1. The usual check value, made of a block of zeros, would be part of the secret that tags are made with.
 */
export function keyCheckInput(): Uint8Array<ArrayBuffer> {
  const end = new Uint8Array(4).fill(0xff);
  return concatBytes(utf8Bytes('securosys k1'), end, utf8Bytes('securosys k2'), end);
}

/**
 * By what a symmetric key is pinned: SHA-256 of {@link keyCheckInput} as the key encrypts it. Whoever has the key gets the same everywhere, and it
 * says nothing of a key of 128 bits or more.
 * @param encrypted 32 bytes
 * @returns 64 lower-case hex characters
 * @throws SignError `ERR_PROTOCOL` for another length, or for bytes that no key makes
 */
export function keyCheckSha256(encrypted: Uint8Array): string {
  const input = keyCheckInput();
  const [half, same] = [input.byteLength / 2, (a: Uint8Array, b: Uint8Array) => a.every((byte, at) => byte === b[at])];
  const fits = encrypted instanceof Uint8Array && encrypted.byteLength === input.byteLength;
  if (!fits || same(encrypted, input) || same(encrypted.subarray(0, half), encrypted.subarray(half)))
    throw new SignError('ERR_PROTOCOL', 'the backend did not encrypt the check of a symmetric key');
  return sha256Hex(encrypted);
}

/**
 * Refuses what no symmetric key seals, here or anywhere.
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED` for an unknown algorithm, `ERR_LIMIT` for more than {@link maxSealBytes}
 */
export function checkSeal(algorithm: SealAlgorithm, plaintextBytes: number): void {
  if (!sealAlgorithms.includes(algorithm))
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `unknown sealing algorithm '${sanitizeText(String(algorithm), 40)}'`);
  if (plaintextBytes > maxSealBytes) throw new SignError('ERR_LIMIT', `a symmetric key seals at most ${maxSealBytes} bytes`);
}

/** The parts of a sealed text; `undefined` for what is too short to be one. */
export function sealedParts(
  sealed: Uint8Array,
): { readonly iv: Uint8Array; readonly ciphertext: Uint8Array; readonly tag: Uint8Array } | undefined {
  if (sealed.byteLength < sealOverhead) return undefined;
  const end = sealed.byteLength - sealTagBytes;
  const [iv, ciphertext] = [sealed.subarray(0, sealIvBytes), sealed.subarray(sealIvBytes, end)];
  return { iv: ownBytes(iv), ciphertext: ownBytes(ciphertext), tag: ownBytes(sealed.subarray(end)) };
}

/**
 * Checks a description against the pin (S7). Where a key may not encrypt, nothing can be compared; what it opens proves it then.
 * @throws SignError `ERR_KEY_CHANGED`, `ERR_PROTOCOL`
 */
export function pinSymmetric(ref: KeyRef, info: SymmetricKeyInfo): SymmetricKeyInfo {
  if (typeof info?.ref !== 'object' || !Array.isArray(info.usages))
    throw new SignError('ERR_PROTOCOL', "the backend's describeSymmetricKey must give ref and usages");
  const found = info.ref.checkSha256;
  if (info.usages.includes('encrypt') && !/^[0-9a-f]{64}$/.test(found ?? ''))
    throw new SignError('ERR_PROTOCOL', "the backend's describeSymmetricKey must give checkSha256 of a key that encrypts");
  if (ref.checkSha256 !== undefined && found !== undefined && ref.checkSha256 !== found)
    throw new SignError('ERR_KEY_CHANGED', 'the key behind this reference is not the one that was pinned', {
      details: { expected: ref.checkSha256, found },
    });
  return { ...info, ref: { ...info.ref, ...ref, ...(found !== undefined && { checkSha256: found }) } };
}
