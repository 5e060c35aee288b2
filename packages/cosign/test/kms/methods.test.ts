import { createPublicKey, verify } from 'node:crypto';
import { type HashName, hashBytes, type KeySpec } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { handleCosignKms } from '../../src/index.js';
import { argvOf, ask, encoded, memoryPlugin, payload, pemOf, signatureOf, signing } from './kms.js';

const keyOf = (spki: Uint8Array) => createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });

describe('publicKey', () => {
  it('is the PEM that cosign writes, in base64', async () => {
    const { plugin, spki } = await memoryPlugin();
    const asked = await ask(plugin, 'publicKey', { publicKeyOptions: { rpcOptions: {} } });
    expect(asked).toMatchObject({ exitCode: 0, stderr: '' });
    expect(pemOf(asked)).toBe(keyOf(spki).export({ type: 'spki', format: 'pem' }));
  });

  it('of a key that is not there, or that cosign cannot verify with, is an error and no empty answer', async () => {
    const { plugin } = await memoryPlugin();
    const { answer, exitCode } = await ask(plugin, 'publicKey', { init: { keyResourceID: 'another' } });
    expect({ answer, exitCode }).toEqual({
      exitCode: 1,
      answer: { errorMessage: expect.stringContaining('ERR_KEY_NOT_FOUND') },
    });
    const other = await memoryPlugin('ml-dsa-44');
    expect((await ask(other.plugin, 'publicKey')).answer.errorMessage).toContain('ERR_ALGORITHM_UNSUPPORTED');
  });
});

describe('defaultAlgorithm and supportedAlgorithms', () => {
  it('open no backend', async () => {
    const { plugin, counted } = await memoryPlugin();
    const { answer } = await ask(plugin, 'defaultAlgorithm');
    expect(answer).toEqual({ defaultAlgorithm: { defaultAlgorithm: 'ecdsa-sha2-256-nistp256' } });
    const supported = await ask(plugin, 'supportedAlgorithms');
    expect(supported.answer.supportedAlgorithms?.supportedAlgorithms).toContain('rsa-sign-pkcs1-3072-sha256');
    expect(counted.opened).toBe(0);
  });
});

describe('signMessage', () => {
  const dsa = (spki: Uint8Array, hash: string | null, message: Uint8Array, signature: Uint8Array) =>
    verify(hash, message, keyOf(spki), signature);

  it.each([
    ['cosign 2.5, which sends no digest', undefined],
    ['cosign 3.1, which sends the digest', 'sha256'],
  ] as const)('signs image payloads and statements in DER for %s', async (_, hash) => {
    const { plugin, spki } = await memoryPlugin();
    for (const message of [payload, encoded]) {
      const asked = await ask(plugin, 'signMessage', signing(hash && hashBytes(hash, message)), message);
      expect(asked).toMatchObject({ exitCode: 0 });
      expect(dsa(spki, 'sha256', message, signatureOf(asked))).toBe(true);
    }
  });

  it('RSA is PKCS#1 v1.5 with SHA-256, as long as the modulus', async () => {
    const { plugin, spki } = await memoryPlugin('rsa-2048');
    const signature = signatureOf(await ask(plugin, 'signMessage', signing(), payload));
    expect(signature).toHaveLength(256);
    expect(verify('sha256', payload, keyOf(spki), signature)).toBe(true);
  });

  it.each<[KeySpec, HashName | undefined, HashName | undefined, HashName]>([
    ['ec-p384', undefined, undefined, 'sha256'],
    ['ec-p384', 'sha384', undefined, 'sha384'],
    ['ec-p521', 'sha512', undefined, 'sha512'],
    ['ec-p384', 'sha384', 'sha256', 'sha256'],
    ['ec-p521', undefined, 'sha512', 'sha512'],
  ])('%s with a digest by %s and settings that say %s signs with %s', async (spec, given, hash, expected) => {
    const { plugin, spki } = await memoryPlugin(spec, { settings: () => ({ ...(hash && { hash }) }) });
    const asked = await ask(plugin, 'signMessage', signing(given && hashBytes(given, encoded)), encoded);
    expect(dsa(spki, expected, encoded, signatureOf(asked))).toBe(true);
    // What is signed with one hash is verified with it too, when cosign asks the plugin.
    const verified = await ask(
      plugin,
      'verifySignature',
      {
        init: { hashFunc: { sha256: 5, sha384: 6, sha512: 7 }[expected] },
        signature: Buffer.from(signatureOf(asked)).toString('base64'),
        verifyOptions: { rpcOptions: {}, messageOptions: { digest: null } },
      },
      encoded,
    );
    expect(verified.answer).toEqual({ verifySignature: {} });
  });

  it('Ed25519 signs the message itself, whatever digest cosign sends for its prehashed variant', async () => {
    const { plugin, spki } = await memoryPlugin('ed25519');
    for (const given of [undefined, hashBytes('sha512', encoded)]) {
      const signature = signatureOf(await ask(plugin, 'signMessage', signing(given), encoded));
      expect(dsa(spki, null, encoded, signature)).toBe(true);
    }
  });

  it('refuses a digest that is not that of the message, of no known hash, or of another hash than the one that is named', async () => {
    const { plugin, counted } = await memoryPlugin();
    const refused = async (given: Uint8Array, more: object = {}) =>
      (await ask(plugin, 'signMessage', signing(given, more), payload)).answer.errorMessage;
    expect(await refused(hashBytes('sha256', encoded))).toContain('ERR_DIGEST_MISMATCH');
    expect(await refused(new Uint8Array(20))).toContain('ERR_MALFORMED');
    expect(await refused(hashBytes('sha256', payload), { hashFunc: 6 })).toContain('ERR_MALFORMED');
    expect(await refused(hashBytes('sha256', payload), { hashFunc: 11 })).toContain('ERR_ALGORITHM_UNSUPPORTED');
    expect(counted.opened).toBe(0);
  });

  it('of other hashes than a key has in cosign is refused', async () => {
    const { plugin } = await memoryPlugin();
    const { answer } = await ask(plugin, 'signMessage', signing(hashBytes('sha512', payload)), payload);
    expect(answer.errorMessage).toContain('ERR_ALGORITHM_UNSUPPORTED');
  });

  it('a signature of the backend that is none of the key never reaches cosign, which would store it', async () => {
    for (const wrong of [new Uint8Array(), new Uint8Array(64)]) {
      const { plugin, backend } = await memoryPlugin();
      backend.begin = async () => ({ done: wrong });
      const { answer, exitCode } = await ask(plugin, 'signMessage', signing(), payload);
      expect(exitCode).toBe(1);
      expect(answer).toEqual({ errorMessage: expect.stringMatching(/ERR_SIGNATURE_MISMATCH|ERR_PROTOCOL/) });
    }
  });
});

describe('verifySignature', () => {
  const asking = (signature: Uint8Array) => ({ signature: Buffer.from(signature).toString('base64'), verifyOptions: {} });

  it('takes a signature of the key over the message, and nothing else', async () => {
    const { plugin } = await memoryPlugin();
    const signature = signatureOf(await ask(plugin, 'signMessage', signing(), payload));
    expect((await ask(plugin, 'verifySignature', asking(signature), payload)).answer).toEqual({ verifySignature: {} });
    const wrong = [
      await ask(plugin, 'verifySignature', asking(signature), encoded),
      await ask(plugin, 'verifySignature', asking(signature.map((byte, at) => (at === 20 ? byte ^ 1 : byte))), payload),
      await ask(plugin, 'verifySignature', asking(new Uint8Array()), payload),
      await ask((await memoryPlugin()).plugin, 'verifySignature', asking(signature), payload),
    ];
    for (const { answer, exitCode } of wrong) {
      expect(exitCode).toBe(1);
      expect(answer).toEqual({ errorMessage: expect.any(String) });
    }
  });
});

describe('createKey', () => {
  it('is refused by a plugin that nobody told to make keys (S8)', async () => {
    const { plugin, counted } = await memoryPlugin();
    const { answer } = await ask(plugin, 'createKey', { algorithm: 'ecdsa-sha2-256-nistp256' });
    expect(answer.errorMessage).toContain('ERR_CAPABILITY_MISSING');
    expect(counted.opened).toBe(0);
  });

  it('makes the kind of key that is asked for, where that is allowed', async () => {
    const { plugin } = await memoryPlugin('ec-p256', {
      createKey: async ({ keyResourceId: label }, { spec }, backend) => {
        if (!backend.createKey) throw new Error('unused');
        return backend.createKey({ label, spec });
      },
    });
    const init = { keyResourceID: 'fresh' };
    const made = await ask(plugin, 'createKey', { init, algorithm: 'ecdsa-sha2-384-nistp384' });
    const pem = Buffer.from(made.answer.createKey?.publicKeyPEM ?? '', 'base64').toString();
    expect(createPublicKey(pem).asymmetricKeyDetails).toEqual({ namedCurve: 'secp384r1' });
    expect(pem).toBe(pemOf(await ask(plugin, 'publicKey', { init })));
    for (const algorithm of ['', 'rsa-1024', 'constructor'])
      expect((await ask(plugin, 'createKey', { init, algorithm })).answer.errorMessage).toContain('ERR_ALGORITHM_UNSUPPORTED');
  });
});

describe('a call that is none of the protocol', () => {
  it.each([
    ['no arguments', []],
    ['another version', ['v2', argvOf('publicKey')[1] as string]],
    ['another version inside', argvOf('publicKey', { init: { protocolVersion: 'v2' } })],
    ['a third argument', [...argvOf('publicKey'), 'more']],
    ['no JSON', ['v1', '{']],
    ['a member twice', ['v1', '{"methodName":"publicKey","methodName":"signMessage"}']],
    ['an unknown method', argvOf('decrypt')],
    ['a name of every object', argvOf('toString')],
    ['no key', argvOf('publicKey', { init: { keyResourceID: '' } })],
    ['a version of a key', argvOf('publicKey', { init: { rpcOptions: { keyVersion: '2' } } })],
    ['a deadline that is no time', argvOf('publicKey', { init: { ctxDeadline: 'soon' } })],
    ['a signature that is no base64', argvOf('verifySignature', { signature: '%%' })],
    ['an argument that is too long', ['v1', ' '.repeat(200_000)]],
  ])('with %s is refused in the form that cosign reads', async (_, argv) => {
    const { plugin, counted } = await memoryPlugin();
    const { stdout, exitCode } = await handleCosignKms({ argv, stdin: payload, env: {} }, plugin);
    expect(JSON.parse(stdout)).toEqual({ errorMessage: expect.stringMatching(/ERR_(MALFORMED|LIMIT|CAPABILITY_MISSING)/) });
    expect({ exitCode, opened: counted.opened }).toEqual({ exitCode: 1, opened: 0 });
  });
});
