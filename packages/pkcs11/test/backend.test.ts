import { createPublicKey } from 'node:crypto';
import { encryptTo, hashBytes, type KeyOperation, publicKeyFromSpki, systemClock, verifySignature } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { rsaKey } from '../../../tests/rsa-key.js';
import { type BackendParts, pkcs11Backend } from '../src/backend.js';
import { CKA } from '../src/cryptoki/attributes.js';
import { returnValues } from '../src/cryptoki/return-values.js';
import type { Token } from '../src/host/token-options.js';
import { openPkcs11 } from '../src/index.js';
import type { PinProvider } from '../src/pin/pin-provider.js';
import { ckr, type FakeToken, fakeToken } from './fake-token.js';
import { softhsm, softhsmModule, softhsmNeeded, tokens } from './softhsm.js';

/** A backend over a token in memory. */
function world(pin: Partial<PinProvider> = {}) {
  const fake = fakeToken();
  let closed = 0;
  const rest = {
    library: { manufacturer: '', description: '', version: '1.0', cryptokiVersion: '2.40' },
    on: () => () => undefined,
    metrics: () => ({}),
    close: async () => void closed++,
  };
  const token = Object.assign(fake, rest) as unknown as FakeToken & Token;
  const parts: BackendParts = { token, pin: pin as PinProvider, clock: systemClock, key: undefined };
  return { backend: pkcs11Backend(parts), token: fake, closes: () => closed };
}
const message = new TextEncoder().encode('an image');
const signing = (label: string): KeyOperation => ({
  kind: 'sign',
  key: { label },
  algorithm: 'ecdsa-sha256',
  input: { message },
});
const names = ({ calls }: FakeToken) => calls.map(({ name }) => name);

describe('a token as a backend', () => {
  it('makes one native call for each signature once the key is known', async () => {
    const { backend, token } = world();
    const { spki } = await backend.createKey({ label: 'k', spec: 'ec-p256' });
    await backend.begin(signing('k'));
    token.calls.length = 0;
    for (let i = 0; i < 3; i++) {
      const begun = await backend.begin(signing('k'));
      const signature = 'done' in begun ? begun.done : new Uint8Array();
      expect(verifySignature(publicKeyFromSpki(spki), 'ecdsa-sha256', message, signature)).toBe(true);
    }
    expect(names(token)).toEqual(['sign', 'sign', 'sign']);
  });

  it('looks a key up again whose handle is gone, once, and it must be the same key', async () => {
    const { backend, token } = world();
    const { spki } = await backend.createKey({ label: 'k', spec: 'ec-p256' });
    await backend.begin(signing('k'));
    let gone = 1;
    token.before = ({ name }) => {
      if (name === 'sign' && gone-- > 0) throw ckr('CKR_KEY_HANDLE_INVALID', 'ERR_KEY_NOT_FOUND');
    };
    const begun = await backend.begin(signing('k'));
    expect('done' in begun && verifySignature(publicKeyFromSpki(spki), 'ecdsa-sha256', message, begun.done)).toBe(true);
    token.before = undefined;
    // Another process makes another key of this name.
    token.objects.clear();
    const other = world();
    await other.backend.createKey({ label: 'k', spec: 'ec-p256' });
    for (const [number, attributes] of other.token.objects) token.objects.set(number + 100, attributes);
    await expect(backend.begin(signing('k'))).rejects.toMatchObject({ code: 'ERR_KEY_CHANGED' });
  });

  it('asks for the PIN of a key that wants it each time, by its name', async () => {
    const asked: unknown[] = [];
    const { backend, token } = world({
      withPin: (request, attempt) => {
        asked.push([request.purpose, request.keyLabel]);
        return attempt('1234');
      },
    });
    await backend.createKey({ label: 'k', spec: 'ec-p256' });
    for (const attributes of token.objects.values()) attributes.set(CKA.ALWAYS_AUTHENTICATE, Uint8Array.of(1));
    token.renumber();
    for (let i = 0; i < 2; i++) await backend.begin(signing('k'));
    expect(asked).toEqual([
      ['context', 'k'],
      ['context', 'k'],
    ]);
  });

  it('encrypts here, with the public half of a key that decrypts, and of no other', async () => {
    const { backend, token } = world();
    await backend.importKey({ label: 'd', privateKey: rsaKey(2048, 'two'), purpose: 'decrypt' });
    await backend.createKey({ label: 'k', spec: 'ec-p256' });
    const encrypting = (label: string) =>
      ({ kind: 'encrypt', key: { label }, algorithm: 'rsa-oaep-sha256', plaintext: message }) as const;
    const begun = await backend.begin(encrypting('d'));
    token.calls.length = 0;
    const ciphertext = 'done' in begun ? begun.done : new Uint8Array();
    const decrypted = await backend.begin({ kind: 'decrypt', key: { label: 'd' }, algorithm: 'rsa-oaep-sha256', ciphertext });
    expect(decrypted).toEqual({ done: message });
    expect(names(token)).toEqual(['decrypt']);
    await expect(backend.begin(encrypting('k'))).rejects.toMatchObject({ code: 'ERR_KEY_NOT_USABLE' });
  });

  it('cannot do what it does not know, and says so before it asks the token', async () => {
    const { backend, token } = world();
    for (const operation of [
      { ...signing('k'), kind: 'wrap' },
      { ...signing('k'), context: message },
    ])
      await expect(backend.begin(operation as unknown as KeyOperation)).rejects.toMatchObject({ code: 'ERR_CAPABILITY_MISSING' });
    expect(names(token)).toEqual([]);
  });

  it('a use with a PIN goes to its end when its caller has gone: what the token says of the PIN is heard', async () => {
    let ended: unknown;
    const { backend, token } = world({
      withPin: async (_, attempt) => {
        await attempt('1234').catch((error: unknown) => {
          ended = error;
        });
        throw ended;
      },
    });
    await backend.createKey({ label: 'k', spec: 'ec-p256' });
    for (const attributes of token.objects.values()) attributes.set(CKA.ALWAYS_AUTHENTICATE, Uint8Array.of(1));
    token.renumber();
    const stop = new AbortController();
    token.before = async ({ name, options }) => {
      if (name !== 'sign') return;
      stop.abort(new Error('enough'));
      await new Promise(setImmediate);
      options?.signal?.throwIfAborted();
      throw ckr('CKR_PIN_INCORRECT', 'ERR_AUTHENTICATION');
    };
    await expect(backend.begin(signing('k'), { signal: stop.signal })).rejects.toThrow('enough');
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(ended).toMatchObject({ details: { upstreamName: 'CKR_PIN_INCORRECT' } });
  });

  it('references and options that are none are refused in words, without a call', async () => {
    const { backend, token } = world();
    const input = { message };
    for (const key of [null, 'k', { id: 'abc' }, { label: {} }, {}])
      await expect(
        backend.begin({ kind: 'sign', key, algorithm: 'ecdsa-sha256', input } as unknown as KeyOperation),
      ).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await expect(backend.describeKey(null as unknown as { label: string })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
    await expect(backend.begin(null as unknown as KeyOperation)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    for (const options of [{ drain: 1 }, { drainMs: Number.NaN }, { drainMs: -1 }, { drainMs: '5' }, { finalize: 'no' }])
      await expect(backend.close(options as object)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(names(token)).toEqual([]);
  });

  it('is closed once, however often that is asked for', async () => {
    const { backend, closes } = world();
    await Promise.all([backend.close(), backend.close()]);
    await backend.close();
    expect(closes()).toBe(1);
  });

  it('hands errors of the token on with the name and number of its return value', async () => {
    const { backend, token } = world();
    await backend.createKey({ label: 'k', spec: 'ec-p256' });
    token.before = ({ name }) => {
      if (name === 'sign') throw ckr('CKR_FUNCTION_REJECTED', 'ERR_KEY_NOT_USABLE');
    };
    await expect(backend.begin(signing('k'))).rejects.toMatchObject({
      details: { upstreamName: 'CKR_FUNCTION_REJECTED', upstreamCode: returnValues.CKR_FUNCTION_REJECTED },
    });
  });
});

describe.skipIf(!softhsmModule)(`keys that move, on SoftHSM2${softhsmNeeded}`, () => {
  it('leave the token under an AES key when they may, and come back as the same key', async () => {
    const { label: tokenLabel, pin } = tokens.main;
    const backend = await openPkcs11({ module: softhsm(), tokenLabel, pin, pinStateFolder: false, lanes: 1 });
    try {
      const wrappingKey = await backend.createWrappingKey('moving aes');
      const privateKey = rsaKey(2048, 'one');
      const { ref, spki } = await backend.importKey(
        { label: 'moving', privateKey },
        { extractable: true, allowWeakAttributes: true },
      );
      expect(createPublicKey(privateKey).equals(publicKeyFromSpki(spki))).toBe(true);
      const wrapped = await backend.wrapKey({ key: ref, wrappingKey });
      await backend.deleteKey(ref);
      const back = await backend.unwrapKey({ wrapped, wrappingKey, label: 'moved', spki });
      const digest = hashBytes('sha256', message);
      const begun = await backend.begin({ kind: 'sign', key: back.ref, algorithm: 'rsa-pkcs1-sha256', input: { digest } });
      expect('done' in begun && verifySignature(publicKeyFromSpki(spki), 'rsa-pkcs1-sha256', message, begun.done)).toBe(true);
      const stays = backend.wrapKey({ key: back.ref, wrappingKey });
      await expect(stays).rejects.toMatchObject({ code: 'ERR_KEY_NOT_USABLE' });
      const damaged = wrapped.map((byte, at) => (at === 20 ? byte ^ 1 : byte));
      await expect(backend.unwrapKey({ wrapped: damaged, wrappingKey, label: 'damaged', spki })).rejects.toBeInstanceOf(Error);
      await expect(backend.describeKey({ label: 'damaged' })).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
      await backend.deleteKey(back.ref);
    } finally {
      await backend.close();
    }
  });

  it('decrypts OAEP with the one hash that the token has, and says of others that they are not there', async () => {
    const { label: tokenLabel, pin } = tokens.main;
    const backend = await openPkcs11({ module: softhsm(), tokenLabel, pin, pinStateFolder: false, lanes: 1 });
    const { ref, spki } = await backend.importKey({ label: 'oaep', privateKey: rsaKey(2048, 'two'), purpose: 'decrypt' });
    const algorithm = 'rsa-oaep-sha1';
    const ciphertext = encryptTo(publicKeyFromSpki(spki), algorithm, message);
    expect(await backend.begin({ kind: 'decrypt', key: ref, algorithm, ciphertext })).toEqual({ done: message });
    await backend.deleteKey(ref);
    await backend.close();
  });
});
