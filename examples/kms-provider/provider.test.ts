import { createPublicKey, type KeyObject, privateDecrypt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ownBytes, spkiOf } from '@securosys/core';
import { handleKeyProvider } from '@securosys/ocicrypt';
import { describe, expect, it, vi } from 'vitest';
import { rsaKey } from '../../tests/rsa-key.js';
import { type Kms, kmsProvider } from './provider.js';

const spki = spkiOf(createPublicKey(rsaKey()));

/** The imaginary KMS, with one key that opens images. */
function imaginaryKms(privateKey: KeyObject = rsaKey()): Kms & { decrypted: number } {
  return {
    decrypted: 0,
    publicKey: async (label) => (label === 'images' ? spkiOf(createPublicKey(privateKey)) : undefined),
    async decrypt(_label, ciphertext) {
      this.decrypted++;
      return ownBytes(privateDecrypt({ key: privateKey, oaepHash: 'sha256' }, ciphertext));
    },
  };
}

const keys = new Map([['images', spki]]);
const base64 = (text: string) => Buffer.from(text).toString('base64');
const optsdata = base64('{"symkey":"c2VjcmV0"}');

/** Asks as skopeo does (`ocicrypt.md` §7.1). */
async function ask(kms: Kms, request: object) {
  const { stdout, stderr, exitCode } = await handleKeyProvider(
    { stdin: new TextEncoder().encode(JSON.stringify(request)), env: {} },
    kmsProvider(kms, keys),
  );
  return { answer: stdout === '' ? undefined : JSON.parse(stdout), stderr, exitCode };
}
const wrap = (kms: Kms, key: string) =>
  ask(kms, {
    op: 'keywrap',
    keywrapparams: { ec: { Parameters: { acme: [base64(key)] }, DecryptConfig: { Parameters: {} } }, optsdata },
    keyunwrapparams: { dc: null, annotation: null },
  });
const unwrap = (kms: Kms, annotation: string) =>
  ask(kms, {
    op: 'keyunwrap',
    keywrapparams: { ec: null, optsdata: null },
    keyunwrapparams: { dc: { Parameters: { acme: [base64('images')] } }, annotation },
  });

describe('the key provider of the examples', () => {
  it('gives back what it wrapped, asks the KMS for that alone, and says so in its log', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const kms = imaginaryKms();
    const wrapped = await wrap(kms, 'images');
    expect([wrapped.exitCode, kms.decrypted]).toEqual([0, 0]);
    const { answer } = await unwrap(kms, wrapped.answer.keywrapresults.annotation);
    expect(answer).toEqual({ keyunwrapresults: { optsdata } });
    expect(kms.decrypted).toBe(1);
    expect(log).toHaveBeenCalledOnce();
    log.mockRestore();
  });

  it('serves no key that is not listed', async () => {
    const { exitCode, stderr } = await wrap(imaginaryKms(), 'salaries');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('salaries')]);
  });

  it('notices a key that took the place of another, and does not use it', async () => {
    const wrapped = await wrap(imaginaryKms(), 'images');
    const exchanged = imaginaryKms(rsaKey(2048, 'two'));
    const { exitCode, stderr } = await unwrap(exchanged, wrapped.answer.keywrapresults.annotation);
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/another key|ERR_KEY_CHANGED/)]);
    expect(exchanged.decrypted).toBe(0);
  });

  it('is shorter than sixty lines', () => {
    expect(
      readFileSync(new URL('provider.ts', import.meta.url), 'utf8')
        .trimEnd()
        .split('\n').length,
    ).toBeLessThan(60);
  });
});
