import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSigner } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { describe, expect, it } from 'vitest';
import { createFakeTsa, expectOwnMemory } from '../../../testing/src/index.js';
import * as api from '../../src/index.js';
import { complete, issue, subject, testKey, validity } from '../issue.js';
import { authority, message, token } from '../timestamp/craft-token.js';

const key = testKey('ec-p256');
const der = async () => complete(await api.prepareCertificate({ subject, validity, profile: 'leaf', key }), key);
/** Cut from a larger block. */
const pooled = async () => {
  const bytes = await der();
  const block = Buffer.alloc(bytes.byteLength + 64);
  block.set(bytes, 32);
  return block.subarray(32, 32 + bytes.byteLength);
};

/** A CRL that came out of a cache. */
const cached = async (cache: api.CrlCache) => {
  await cache.set('http://crl.example/ca.crl', { base: await pooled(), delta: await pooled() });
  return cache.get('http://crl.example/ca.crl');
};

/** Every exported function that gives out bytes, with a call of it. */
const samples: Readonly<Record<string, () => Promise<unknown>>> = {
  parseCertificate: async () => api.parseCertificate(await pooled()),
  parseCertificates: async () => [
    api.parseCertificates(await pooled()),
    api.parseCertificates(Buffer.from(api.pemText(await der(), 'CERTIFICATE'))),
  ],
  pemBlocks: async () => api.pemBlocks(api.pemText(await der(), 'CERTIFICATE')),
  pemBytes: async () => api.pemBytes(api.pemText(await der(), 'CERTIFICATE'), 'CERTIFICATE'),
  prepareCertificate: async () => {
    const prepared = await api.prepareCertificate({ subject, validity, profile: 'leaf', key });
    return [prepared.parts, complete(prepared, key)];
  },
  prepareCsr: async () => {
    const prepared = await api.prepareCsr({ subject, key });
    return [prepared.parts, complete(prepared, key)];
  },
  parseTimestampToken: async () => api.parseTimestampToken(Buffer.from(token(authority()))),
  verifyTimestampToken: async () => {
    const from = authority();
    return api.verifyTimestampToken(Buffer.from(token(from)), { message, anchors: [from.root] });
  },
  createMemoryCrlCache: async () => cached(api.createMemoryCrlCache()),
  createFolderCrlCache: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'crl-'));
    return cached(api.createFolderCrlCache(folder)).finally(() => rm(folder, { recursive: true }));
  },
  createTimestamper: async () => {
    const { url, root, fetch } = await createFakeTsa();
    return api.createTimestamper({ url, anchors: [root], fetch }).timestamp(message, 'sha256');
  },
  createHsmCrypto: async () => {
    const backend = createMemoryBackend();
    backend.addKey({ label: 'k', privateKey: key.privateKey });
    const crypto = api.createHsmCrypto();
    const keys = await crypto.importHsmKey(createSigner(backend, { label: 'k' }, { allowOpaque: true }));
    const message = new Uint8Array(32).fill(1);
    // WebCrypto gives an ArrayBuffer: whoever makes a view of it must get the signature and nothing else.
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, keys.privateKey, message);
    expect(signature.byteLength).toBe(64);
    return new Uint8Array(signature);
  },
};
const withoutBytes = [
  'certificateHolder',
  'checkNotaryChain',
  'createRevocationChecker',
  'checkTimestampRevocation',
  'isEmulated',
  'isSelfIssued',
  'isSelfSigned',
  'issuedBy',
  'nameText',
  'parseName',
  'pemText',
  'requestHolder',
  'sameGeneralName',
];

describe('bytes that are given out have memory of their own (S39):', () => {
  it.each(Object.keys(samples))('%s', async (name) => {
    // Fields of a certificate are views of its `der`, as `Certificate` says.
    expect(expectOwnMemory(await samples[name]?.(), { shared: ['der'] })).toBeGreaterThan(0);
  });

  it('what was parsed does not change with the bytes it was parsed from', async () => {
    const bytes = await pooled();
    const certificate = api.parseCertificate(bytes);
    const before = Buffer.from(certificate.der).toString('hex');
    bytes.fill(0);
    expect(Buffer.from(certificate.der).toString('hex')).toBe(before);
    expect((await issue(key)).der.byteLength).toBeGreaterThan(0);
  });

  it('every exported function is known to give out bytes, or not to', () => {
    const exported = Object.entries(api).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
    expect(exported.filter((name) => !(name in samples) && !withoutBytes.includes(name))).toEqual([]);
  });
});
