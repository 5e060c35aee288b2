import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { createSentinel, expectNoSecret } from '../../../testing/src/index.js';
import { createFolderStore } from '../../src/folder-store.js';
import {
  base64Bytes,
  base64urlBytes,
  createSigner,
  hexBytes,
  type KeySpec,
  parseJson,
  parseJsonObject,
  publicKeyFromSpki,
  SignError,
  type SignerOptions,
  utf8Bytes,
  utf8Text,
} from '../../src/index.js';
import { createMemoryBackend } from '../../src/memory.js';
import { approvalBackend } from '../helpers.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'core-secrets-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const message = utf8Bytes(`a message of people: ${createSentinel('message')}`);
const secretMessage = new TextDecoder().decode(message).split(': ')[1] as string;
const keys: Readonly<Record<string, ReturnType<typeof generateKeyPairSync>['privateKey']>> = {
  'ec-p256': generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  'rsa-2048': rsaKey(),
  ed25519: generateKeyPairSync('ed25519').privateKey,
};
const algorithms = { 'ec-p256': 'ecdsa-sha256', 'rsa-2048': 'rsa-pss-sha256', ed25519: 'ed25519' } as const;

describe('a software key (S37)', () => {
  it.each(Object.keys(keys))('of type %s shows up nowhere, whatever is asked of it', async (spec) => {
    const privateKey = keys[spec];
    if (!privateKey) throw new Error('no key');
    const jwk = privateKey.export({ format: 'jwk' });
    const secrets = Object.fromEntries(
      ['d', 'p', 'q'].flatMap((member) => {
        const value = jwk[member as 'd'];
        return value === undefined ? [] : [[member, base64urlBytes(value)]];
      }),
    );
    await expectNoSecret(
      secrets,
      async ({ logger, show }) => {
        const backend = createMemoryBackend();
        show(backend.addKey({ label: 'k', privateKey }));
        const store = createFolderStore(join(folder, 'pending'));
        const options: SignerOptions = { allowOpaque: true, store };
        const signer = createSigner(backend, { label: 'k' }, options);
        const algorithm = algorithms[spec as keyof typeof algorithms];
        show([backend, signer, await signer.describe(), await signer.sign({ algorithm, input: { message } }, { logger })]);
        const refusals = [
          signer.sign({ algorithm: 'ml-dsa-44', input: { message } }),
          signer.sign({ algorithm, domain: 'jws', input: { message } }),
          createSigner(backend, { label: 'other' }, options).sign({ algorithm, input: { message } }),
          createSigner(backend, { label: 'k', spkiSha256: '0'.repeat(64) }, options).sign({ algorithm, input: { message } }),
          backend.createKey({ label: 'k', spec: spec as KeySpec }),
        ];
        for (const refusal of await Promise.allSettled(refusals)) {
          expect(refusal.status).toBe('rejected');
          show((refusal as PromiseRejectedResult).reason);
        }
        return backend;
      },
      { folder },
    );
  });
});

describe('what waits for people', () => {
  it('is recorded without the message and without the result', async () => {
    const backend = await approvalBackend();
    const store = createFolderStore(join(folder, 'pending'));
    const { error } = await expectNoSecret(
      { message: secretMessage },
      async ({ logger, show }) => {
        const signer = createSigner(backend, { label: 'release' }, { allowOpaque: true, store });
        const operation = await signer.begin({ algorithm: 'ecdsa-sha256', input: { message } }, { logger });
        show([operation, operation.toJSON(), operation.state]);
        return signer.sign({ algorithm: 'ecdsa-sha256', input: { message } }, { timeoutMs: 1, logger });
      },
      { folder },
    );
    expect(error).toMatchObject({ code: 'ERR_APPROVAL_PENDING' });
    expect(await readdir(join(folder, 'pending'))).toHaveLength(1);
  });
});

describe('an intent that a crash left behind', () => {
  it.each(['before-create', 'after-create'] as const)('holds no message (%s)', async (instant) => {
    const backend = await approvalBackend();
    backend.crash = (now) => {
      if (now === instant) throw new TypeError('the process dies here');
    };
    const store = createFolderStore(join(folder, 'pending'));
    const signer = createSigner(backend, { label: 'release' }, { allowOpaque: true, store });
    const { error } = await expectNoSecret(
      { message: secretMessage },
      ({ logger }) => signer.begin({ algorithm: 'ecdsa-sha256', input: { message } }, { logger }),
      { folder },
    );
    expect(error).toMatchObject({ message: 'the process dies here' });
    expect(await readdir(join(folder, 'pending'))).toHaveLength(1);
  });
});

describe('a failed write to the store', () => {
  it('names no contents', async () => {
    const s = createSentinel('record');
    const store = createFolderStore(join(folder, 'pending'));
    await store.put('k', { a: 1 });
    await rm(join(folder, 'pending', 'k.json'));
    await mkdir(join(folder, 'pending', 'k.json'));
    const { error } = await expectNoSecret({ s }, () => store.put('k', { s }), { folder });
    expect(error).toMatchObject({ code: 'ERR_STORE' });
  });
});

describe('decoders report the place and never the value (S38):', () => {
  const s = createSentinel('foreign');
  it.each<[string, () => unknown]>([
    ['JSON cut off', () => parseJson(`{"a":"${s}`)],
    ['JSON that is a bare word', () => parseJson(s)],
    ['JSON with text behind', () => parseJson(`{} ${s}`)],
    ['JSON with text before', () => parseJson(`${s}{}`)],
    ['JSON with a doubled member', () => parseJson(`{"a":"${s}","a":"${s}"}`)],
    ['JSON with a bad escape', () => parseJson(`{"a":"${s}\\x"}`)],
    ['JSON that is too deep', () => parseJson(`${'['.repeat(40)}"${s}"`)],
    ['JSON that is a list', () => parseJsonObject(`["${s}"]`)],
    ['base64', () => base64Bytes(`${s}!`)],
    ['base64url', () => base64urlBytes(s)],
    ['hex', () => hexBytes(s)],
    ['UTF-8', () => utf8Text(Uint8Array.from([...utf8Bytes(s), 0xff]))],
    ['UTF-16', () => utf8Bytes(`${s}\ud800`)],
    ['a public key', () => publicKeyFromSpki(utf8Bytes(s))],
  ])('%s', async (_, run) => {
    const { error } = await expectNoSecret({ s }, run);
    expect(SignError.is(error)).toBe(true);
  });
});
