import { createPublicKey } from 'node:crypto';
import { spkiOf } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { expectOwnMemory } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { issue, testKey } from '../../../pki/test/issue.js';
import * as api from '../../src/index.js';
import { ciphertext, plaintext, privateOptions, publicOptions } from '../cipher/vectors.js';

async function all(layer: { readonly pieces: AsyncIterable<Uint8Array>; result(): unknown }): Promise<unknown> {
  const parts: Uint8Array[] = [];
  for await (const piece of layer.pieces) parts.push(piece);
  return [parts, layer.result()];
}

const layer = { digest: `sha256:${'0'.repeat(64)}` };

/** A packet, what it is opened to, and what is known of the key. */
async function wrapped(recipient: api.Recipient, opener: api.Opener): Promise<unknown> {
  const writer = await recipient.startImage({});
  const packet = await writer.wrap(privateOptions, layer);
  return [packet, await opener.startImage({}).unwrap(packet, layer)];
}

const rsa = rsaKey();
const publicKey = createPublicKey(rsa);
const spki = spkiOf(publicKey);
const local = api.localPrivateKey(rsa, { allowPkcs1: true });

function backendKey(): api.PrivateKey {
  const backend = createMemoryBackend();
  backend.addKey({ label: 'k', privateKey: rsa, purpose: 'decrypt' });
  return api.backendPrivateKey(backend, { label: 'k' });
}
const provider = () =>
  [
    api.providerRecipient({ name: 'p', keys: [{ kid: 'k', spki }] }),
    api.providerOpener({ name: 'p', keys: [{ kid: 'k', key: backendKey() }] }),
  ] as const;

async function session(): Promise<unknown> {
  const [recipient, opener] = provider();
  const annotations = await (await api.startWrapping([recipient])).wrapLayer(privateOptions, layer);
  return api.startUnwrapping([opener]).unwrapLayer(annotations, layer);
}

async function pkcs7(): Promise<unknown> {
  const { der } = await issue(testKey('rsa-2048'));
  const key = api.localPrivateKey(testKey('rsa-2048').privateKey, { allowPkcs1: true });
  return wrapped(api.pkcs7Recipient({ certificates: [der] }), api.pkcs7Opener({ keys: [{ key, certificate: der }] }));
}

const jwe = () => wrapped(api.jweRecipient({ keys: [{ publicKey }] }), api.jweOpener({ keys: [local] }));
const pkcs11 = () => wrapped(api.pkcs11Recipient({ keys: [publicKey] }), api.pkcs11Opener({ keys: [local] }));

/** Every exported function that gives out bytes, with a call of it. */
const samples: Readonly<Record<string, () => unknown>> = {
  encryptLayer: () => all(api.encryptLayer([plaintext])),
  decryptLayer: () => all(api.decryptLayer([ciphertext], { privateOptions, publicOptions })),
  decodePrivateOptions: () => api.decodePrivateOptions(privateOptions),
  decodePublicOptions: () => api.decodePublicOptions(publicOptions),
  encodePrivateOptions: () => api.encodePrivateOptions(api.decodePrivateOptions(privateOptions)),
  encodePublicOptions: () => api.encodePublicOptions(api.decodePublicOptions(publicOptions)),
  jweRecipient: jwe,
  jweOpener: jwe,
  pkcs7Recipient: pkcs7,
  pkcs7Opener: pkcs7,
  pkcs11Recipient: pkcs11,
  pkcs11Opener: pkcs11,
  providerRecipient: () => wrapped(...provider()),
  providerOpener: () => wrapped(...provider()),
  startUnwrapping: session,
  localPrivateKey: () => local.publicHalf(),
  backendPrivateKey: () => backendKey().publicHalf(),
  backendSymmetricKey: async () => {
    const backend = createMemoryBackend();
    const key = api.backendSymmetricKey(backend, (await backend.createSymmetricKey({ label: 'k' })).ref);
    const sealed = await key.seal(Buffer.from('abc'), Buffer.from('aad'));
    const use = { facts: { format: 'f', title: 't' }, opens: () => true };
    return [sealed, await key.open(Buffer.from(sealed), Buffer.from('aad'), use)];
  },
};

describe('bytes that are given out have memory of their own (S39):', () => {
  it.each(Object.keys(samples))('%s', async (name) => {
    expect(expectOwnMemory(await samples[name]?.())).toBeGreaterThan(0);
  });

  it('every exported function is known to give out bytes, or not to', () => {
    const withoutBytes = [
      'addRecipients',
      'decryptImage',
      'encryptImage',
      'handleKeyProvider',
      'readPrivateKeyFile',
      'readPublicKeyFile',
      'replaceRecipients',
      'startWrapping',
    ];
    const exported = Object.entries(api).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
    expect(exported.filter((name) => !(name in samples) && !withoutBytes.includes(name))).toEqual([]);
  });
});
