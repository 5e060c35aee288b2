import { encryptionAlgorithms, SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { decryptWith } from '../../src/operations/decrypt.js';
import { stubKey, stubToken } from './stub-token.js';

const ciphertext = new Uint8Array(256).fill(5);
const request = { algorithm: 'rsa-oaep-sha256', ciphertext } as const;

describe('what the token is asked to decrypt', () => {
  it('has the hash of OAEP for its mask too, and no label', async () => {
    const seen = [];
    for (const algorithm of encryptionAlgorithms) {
      const stub = stubToken(() => new Uint8Array(32));
      await decryptWith(stub.context, stubKey(), { algorithm, ciphertext });
      seen.push([algorithm, stub.asked[0]?.mechanism]);
    }
    const oaep = (hashAlg: number, mgf: number) => ({ type: 0x9, parameter: { kind: 'oaep', hashAlg, mgf } });
    expect(Object.fromEntries(seen)).toEqual({
      'rsa-oaep-sha1': oaep(0x220, 1),
      'rsa-oaep-sha256': oaep(0x250, 2),
      'rsa-oaep-sha384': oaep(0x260, 3),
      'rsa-oaep-sha512': oaep(0x270, 4),
      'rsa-pkcs1': { type: 0x1 },
    });
  });

  it('is exactly one block, and any other length gets the words of every bad ciphertext without a call (S16)', async () => {
    for (const length of [0, 255, 257]) {
      const stub = stubToken();
      await expect(
        decryptWith(stub.context, stubKey(), { ...request, ciphertext: new Uint8Array(length) }),
      ).rejects.toMatchObject({
        code: 'ERR_REQUEST_FAILED',
        message: 'the ciphertext cannot be decrypted with this key',
      });
      expect(stub.asked).toEqual([]);
    }
  });

  it('is never more plaintext than a block holds', async () => {
    // RFC 8017 §7.1.1: k − 2·hLen − 2 = 256 − 64 − 2.
    const stub = (bytes: number) => stubToken(() => new Uint8Array(bytes));
    expect((await decryptWith(stub(190).context, stubKey(), request)).byteLength).toBe(190);
    await expect(decryptWith(stub(191).context, stubKey(), request)).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
  });

  it('is asked for by keys of RSA that may decrypt, of tokens that can', async () => {
    const { context, asked } = stubToken();
    const refused = async (key: Parameters<typeof stubKey>[0], from = context) =>
      decryptWith(from, stubKey(key), request).catch((error: unknown) => (SignError.is(error) ? error.code : error));
    expect(await refused({ spec: 'ec-p256' })).toBe('ERR_ALGORITHM_UNSUPPORTED');
    expect(await refused({ usages: ['sign'] })).toBe('ERR_KEY_NOT_USABLE');
    expect(await refused({}, stubToken(undefined, new Map()).context)).toBe('ERR_ALGORITHM_UNSUPPORTED');
    expect(asked).toEqual([]);
  });
});
