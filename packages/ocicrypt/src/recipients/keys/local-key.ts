import type { KeyObject } from 'node:crypto';
import {
  agreementPeer,
  type EncryptionAlgorithm,
  encryptionFacts,
  encryptionParameters,
  invalidArgument,
  isModulusLong,
  keySpecOf,
  knownOptions,
  nodeCrypto,
  ownBytes,
  SignError,
  spkiOf,
} from '@securosys/core';
import { checkAlgorithm } from './allowed-algorithms.js';
import { doesNotOpen } from './failure.js';
import { decryptPkcs1 } from './pkcs1.js';
import type { KeyHalf, KeyUse, PrivateKey } from './private-key.js';

/** How a private key in this process is used. */
export interface LocalKeyOptions {
  /** Allows PKCS#1 v1.5, which pkcs7 packets are written with (S16). */
  allowPkcs1?: boolean;
  /** What the key may be used with, whatever a packet says (S16). Default: every OAEP, and PKCS#1 v1.5 with `allowPkcs1`. */
  algorithms?: readonly EncryptionAlgorithm[];
}

function accepted(secret: Uint8Array | undefined, { opens }: KeyUse): Uint8Array {
  if (!secret || !opens(secret)) throw doesNotOpen();
  return secret;
}

/** A private key that is in this process: for images that were encrypted for people without an HSM. @throws SignError `ERR_INVALID_ARGUMENT` */
export function localPrivateKey(key: KeyObject, options: LocalKeyOptions = {}): PrivateKey {
  knownOptions('localPrivateKey', options, ['allowPkcs1', 'algorithms']);
  if (key?.type !== 'private') invalidArgument('localPrivateKey needs a private key');
  const half: KeyHalf = { spec: keySpecOf(key), spki: spkiOf(key), needsApproval: false };
  return {
    publicHalf: async () => half,
    async decrypt(algorithm, ciphertext, use, call) {
      call?.signal?.throwIfAborted();
      checkAlgorithm(algorithm, options.algorithms);
      if (encryptionFacts(algorithm).padding === 'pkcs1') {
        if (!options.allowPkcs1)
          throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'reading PKCS#1 v1.5 needs the option allowPkcs1');
        return accepted(decryptPkcs1(key, ciphertext), use);
      }
      let plaintext: Uint8Array | undefined;
      try {
        if (isModulusLong(key, ciphertext))
          plaintext = ownBytes(nodeCrypto().privateDecrypt({ key, ...encryptionParameters(algorithm) }, ciphertext));
      } catch {
        plaintext = undefined; // which of the many reasons is nobody's business
      }
      return accepted(plaintext, use);
    },
    async derive(publicKey, use, call) {
      call?.signal?.throwIfAborted();
      const peer = agreementPeer('ecdh', half.spec, publicKey);
      return accepted(ownBytes(nodeCrypto().diffieHellman({ privateKey: key, publicKey: peer })), use);
    },
  };
}
