import { concatBytes, type EncryptionAlgorithm, SignError } from '@securosys/core';
import type { KeyHalf, PrivateKey } from './private-key.js';
import type { SymmetricKey, SymmetricKeyFacts } from './symmetric-key.js';

/** What is known of a key that opens packets. */
export type OpeningKeyFacts = KeyHalf & {
  /** Only of a symmetric key, whose `spki` is empty. */
  readonly symmetric?: SymmetricKeyFacts;
};

/** What a symmetric key is asked to open, as the one input of a key: what is the same is asked once. */
export interface Sealed {
  readonly sealed: Uint8Array;
  readonly aad: Uint8Array;
}

/** What stands for the algorithm where keys of both kinds are shared; no RSA key is ever asked for it. */
export const sealedInput = 'aes-gcm' as EncryptionAlgorithm;

/** The length of the sealed text in two bytes, the text, and its additional data. */
export function packSealed({ sealed, aad }: Sealed): Uint8Array<ArrayBuffer> {
  return concatBytes(Uint8Array.of(sealed.byteLength >> 8, sealed.byteLength & 0xff), sealed, aad);
}

function unpackSealed(input: Uint8Array): Sealed {
  const end = 2 + (((input[0] ?? 0) << 8) | (input[1] ?? 0));
  return { sealed: input.subarray(2, end), aad: input.subarray(end) };
}

const noPair = () => new SignError('ERR_ALGORITHM_UNSUPPORTED', 'a symmetric key opens what it sealed itself, and nothing else');

const isSymmetric = (key: PrivateKey | SymmetricKey): key is SymmetricKey => 'open' in key;

/** A key of either kind, so that both are shared and kept in the same way. */
export function openingKey(key: PrivateKey | SymmetricKey): PrivateKey {
  if (!isSymmetric(key)) return key;
  return {
    async publicHalf({ signal } = {}): Promise<OpeningKeyFacts> {
      const symmetric = await key.describe({ ...(signal && { signal }) });
      return { spec: undefined, spki: new Uint8Array(0), needsApproval: symmetric.needsApproval, symmetric };
    },
    async decrypt(algorithm, input, use, options) {
      if (algorithm !== sealedInput) throw noPair();
      const { sealed, aad } = unpackSealed(input);
      return key.open(sealed, aad, use, options);
    },
    derive: () => Promise.reject(noPair()),
    async judge({ ciphertext }, use, options) {
      if (!ciphertext) throw noPair();
      const { sealed, aad } = unpackSealed(ciphertext);
      await key.judge?.(sealed, aad, use, options);
    },
  };
}

/** What is known of a symmetric key. @throws SignError `ERR_ALGORITHM_UNSUPPORTED` for a key pair */
export function symmetricFacts(half: KeyHalf): SymmetricKeyFacts {
  const { symmetric } = half as OpeningKeyFacts;
  if (!symmetric) throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'the key is set up as a symmetric one, and is a key pair');
  return symmetric;
}
