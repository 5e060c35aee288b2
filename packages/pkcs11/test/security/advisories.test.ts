import { SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { returnValues } from '../../src/cryptoki/return-values.js';
import { signError } from '../../src/host/errors.js';
import { openPkcs11 } from '../../src/index.js';
import { decryptWith } from '../../src/operations/decrypt.js';
import { stubKey, stubToken } from '../operations/stub-token.js';

/** What modules answer to a ciphertext that does not decrypt (`pkcs11.md` §3, §6.4). */
const answers = [
  'CKR_ENCRYPTED_DATA_INVALID',
  'CKR_ENCRYPTED_DATA_LEN_RANGE',
  'CKR_GENERAL_ERROR',
  'CKR_FUNCTION_FAILED',
  'CKR_DATA_INVALID',
] as const;

describe('mistakes of others:', () => {
  it('CVE-2023-46809 (Node.js): whatever is wrong with the padding of a ciphertext, one call and the same words', async () => {
    const said = new Set<string>();
    for (const name of answers) {
      const stub = stubToken(() => {
        const failure = { code: returnValues[name], name, method: 'C_Decrypt' };
        throw signError(failure, { operation: 'decrypt', tokenLabel: 'fake' });
      });
      for (const algorithm of ['rsa-pkcs1', 'rsa-oaep-sha256'] as const) {
        const request = { algorithm, ciphertext: new Uint8Array(256) };
        const error = await decryptWith(stub.context, stubKey(), request).catch((thrown: unknown) => thrown);
        said.add(SignError.is(error) ? JSON.stringify([error.code, error.message, error.details]) : String(error));
      }
      expect(stub.asked.length).toBe(2);
    }
    // Of a wrong length too, which no call is made for: anybody sees it.
    const short = { algorithm: 'rsa-pkcs1', ciphertext: new Uint8Array(255) } as const;
    const error = await decryptWith(stubToken().context, stubKey(), short).catch((thrown: unknown) => thrown);
    said.add(SignError.is(error) ? JSON.stringify([error.code, error.message, error.details]) : String(error));
    expect([...said]).toEqual([expect.stringContaining('the ciphertext cannot be decrypted with this key')]);
  });

  it('CVE-2026-48815 (sigstore-js): an option that does not exist is refused, not dropped', async () => {
    const options = { module: '/absent.so', allowFinalTries: true };
    await expect(openPkcs11(options)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringContaining('allowFinalTries'),
    });
  });
});
