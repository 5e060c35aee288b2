import { sha256Hex } from '@securosys/core';
import { createOci } from '@securosys/oci';
import { describe, expect, it } from 'vitest';
import { createMemoryRegistry, expectOwnMemory } from '../../../testing/src/index.js';
import * as api from '../../src/index.js';
import { now, rootCertificate, testChain, testKey } from '../helpers/certificates.js';
import { jws, signed, subject, trusting } from '../helpers/envelopes.js';

const key = testKey('ec-p256');
/** Cut from a larger block. */
function pooled(bytes: Uint8Array): Uint8Array {
  const block = new Uint8Array(bytes.byteLength + 64);
  block.set(bytes, 32);
  return block.subarray(32, 32 + bytes.byteLength);
}
const envelope = () => pooled(signed().envelope);

async function attachedAndRead() {
  const oci = createOci({ fetch: createMemoryRegistry().fetch });
  const repository = oci.open('registry.example/app');
  const descriptor = await api.attachSignature(repository, signed(), subject);
  return api.readSignature(repository, descriptor, subject, {});
}

/** Every exported function that gives out bytes, with a call of it. */
const samples: Readonly<Record<string, () => unknown>> = {
  notationJws: () => {
    const prepared = api.notationJws.prepare(
      subject,
      { spec: 'ec-p256', spki: key.spki, chain: testChain({ leafKey: key }) },
      { signingTime: now },
    );
    return [prepared.parts, api.notationJws.restore(prepared.toJSON()).parts, signed()];
  },
  notationCose: () => {
    const chain = testChain({ leafKey: key });
    const prepared = api.notationCose.prepare(subject, { spec: 'ec-p256', spki: key.spki, chain }, { signingTime: now });
    return [prepared.parts, api.notationCose.restore(prepared.toJSON()).parts, signed({ format: api.notationCose })];
  },
  readSignature: attachedAndRead,
  parseJwsEnvelope: () => api.parseJwsEnvelope(envelope()),
  parseCoseEnvelope: () => api.parseCoseEnvelope(pooled(signed({ format: api.notationCose }).envelope)),
  openEnvelope: () => [
    api.openEnvelope(envelope(), jws),
    api.openEnvelope(pooled(signed({ format: api.notationCose }).envelope), 'application/cose'),
  ],
  signatureManifest: () => {
    const signature = signed();
    const { envelope: bytes, mediaType } = signature;
    return api.signatureManifest(signature, { mediaType, digest: `sha256:${sha256Hex(bytes)}`, size: bytes.byteLength });
  },
  trustStoreFromCertificates: () => api.trustStoreFromCertificates({ 'ca:acme': [pooled(rootCertificate())] }).load('ca', 'acme'),
};

describe('bytes that are given out have memory of their own (S39):', () => {
  it.each(Object.keys(samples))('%s', async (name) => {
    // Fields of a certificate are views of its `der`, as `Certificate` says.
    expect(expectOwnMemory(await samples[name]?.(), { shared: ['der'] })).toBeGreaterThan(0);
  });

  it('evaluateSignature', async () => {
    const outcome = await api.evaluateSignature(envelope(), jws, trusting());
    expect(outcome.verdict).toBe('trusted');
    expectOwnMemory(outcome);
  });

  it('every exported function is known to give out bytes, or not to', () => {
    const withoutBytes = [
      'attachSignature',
      'blobDescriptor',
      'blobSignatureFileName',
      'createChainCache',
      'handleNotation',
      'inspectEnvelope',
      'mediaTypeOfSignatureFile',
      'isBlobSource',
      'isPluginCommand',
      'isUnusable',
      'readSignatureManifest',
      'evaluateSignature',
      // Its outcome has the form of that of evaluateSignature.
      'evaluateBlobSignature',
      'notationConfig',
      'notationConfigFolder',
      'parseBlobTrustPolicy',
      'parseTrustPolicy',
      'selectBlobStatement',
      'selectStatement',
      // Reads the same certificates as the one from memory, from files.
      'trustStoreFromFolder',
    ];
    const exported = Object.entries(api).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
    expect(exported.filter((name) => !(name in samples) && !withoutBytes.includes(name))).toEqual([]);
  });
});
