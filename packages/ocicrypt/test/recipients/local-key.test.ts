import { constants, generateKeyPairSync, publicEncrypt } from 'node:crypto';
import type { EncryptionAlgorithm } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { localPrivateKey } from '../../src/recipients/keys/local-key.js';
import type { KeyUse } from '../../src/recipients/keys/private-key.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ways: readonly (readonly [EncryptionAlgorithm, object])[] = [
  ['rsa-oaep-sha256', { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }],
  ['rsa-pkcs1', { padding: constants.RSA_PKCS1_PADDING }],
];

describe('a private key in this process', () => {
  it.each(ways)(
    'takes ciphertexts as long as its modulus, and no shorter ones that are the same number: %s',
    async (algorithm, how) => {
      const secret = new Uint8Array(16).fill(7);
      let ciphertext: Buffer;
      do ciphertext = publicEncrypt({ key: publicKey, ...how }, secret);
      while (ciphertext[0] !== 0);
      const local = localPrivateKey(privateKey, { allowPkcs1: true });
      const opens = (found: Uint8Array) => Buffer.from(secret).equals(found);
      const opened = (bytes: Uint8Array) => local.decrypt(algorithm, bytes, { opens } as KeyUse);
      expect(await opened(ciphertext)).toEqual(secret);
      await expect(opened(ciphertext.subarray(1))).rejects.toMatchObject({ code: 'ERR_REQUEST_FAILED' });
    },
  );
});
