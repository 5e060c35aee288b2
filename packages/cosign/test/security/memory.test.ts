import { base64Text, utf8Bytes } from '@securosys/core';
import { createOci } from '@securosys/oci';
import { createMemoryRegistry, expectOwnMemory } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import * as api from '../../src/index.js';
import { digest, dockerReference, p256, signAll, signedImage, subject } from '../signing/artifacts.js';
import { sharedTsa } from '../signing/tsa.js';

/** Cut from a larger block. */
function pooled(bytes: Uint8Array): Uint8Array {
  const block = new Uint8Array(bytes.byteLength + 64);
  block.set(bytes, 32);
  return block.subarray(32, 32 + bytes.byteLength);
}
const image = signedImage();
const bundle = image.bundle as api.DsseSignature;
const statement = api.writeImageStatement(digest);
const predicate = { by: 'team' };
const type = 'https://example.com/reviewed/v1';

async function finished<A>(format: { finish?(artifact: A, options: never): Promise<A> }, artifact: A): Promise<A | undefined> {
  const timestamper = await sharedTsa();
  return format.finish?.(artifact, { clock: { now: () => 0 }, timestamper } as never);
}

async function collected() {
  const registry = createMemoryRegistry();
  const { mediaType, size, digest: stored } = registry.addImage('registry.example/app:1');
  const repository = createOci({ fetch: registry.fetch }).open('registry.example/app');
  const prepared = api.cosignImage.prepare({ mediaType, size, digest: stored }, p256, { dockerReference });
  const signature = prepared.assemble(signAll(prepared));
  await api.attachCosign(repository, signature, signature.subject);
  return api.collectCosign(repository, signature.subject);
}

/** Every exported function that gives out bytes, with a call of it. */
const samples: Readonly<Record<string, () => unknown>> = {
  cosignImage: async () => {
    const prepared = api.cosignImage.prepare(subject, p256, { dockerReference });
    const restored = api.cosignImage.restore(prepared.toJSON());
    const artifact = restored.assemble(signAll(restored));
    return [prepared.parts, restored.parts, artifact, await finished(api.cosignImage, artifact)];
  },
  cosignAttestation: async () => {
    const prepared = api.cosignAttestation.prepare(subject, p256, { type, predicate });
    const restored = api.cosignAttestation.restore(prepared.toJSON());
    const artifact = restored.assemble(signAll(restored));
    return [prepared.parts, restored.parts, artifact, await finished(api.cosignAttestation, artifact)];
  },
  cosignBlob: async () => {
    const prepared = api.cosignBlob.prepare(pooled(statement), p256);
    const restored = api.cosignBlob.restore(prepared.toJSON());
    const artifact = restored.assemble(signAll(restored));
    return [prepared.parts, restored.parts, artifact, await finished(api.cosignBlob, artifact)];
  },
  readBundle: () => api.readBundle(pooled(api.writeBundle(bundle))),
  writeBundle: () => api.writeBundle(bundle),
  readEnvelope: () => api.readEnvelope(pooled(api.writeEnvelope(bundle))),
  writeEnvelope: () => api.writeEnvelope(bundle),
  preAuthEncoding: () => api.preAuthEncoding('x', pooled(statement)),
  readPreAuthEncoding: () => api.readPreAuthEncoding(pooled(api.preAuthEncoding('x', statement))),
  keyHint: () => api.keyHint(p256.spki),
  readCosignPublicKey: () => api.readCosignPublicKey(utf8Bytes(api.cosignPublicKeyPem(pooled(p256.spki)))),
  storedSignature: () => [
    api.storedSignature('ecdsa-sha256', pooled(new Uint8Array(64).fill(1))),
    api.storedSignature('rsa-pkcs1-sha256', pooled(new Uint8Array(256))),
  ],
  writePayload: () => api.writePayload({ dockerReference, digest }),
  generatePayload: () => api.generatePayload({ name: dockerReference }, { digest }),
  detachedSignature: () => api.detachedSignature(bundle),
  readDetachedSignature: () => api.readDetachedSignature(utf8Bytes(base64Text(bundle.signature))),
  collectCosign: collected,
  layerTimestamps: () => {
    const timestamp = JSON.stringify({ SignedRFC3161Timestamp: base64Text(new Uint8Array(9)) });
    return api.layerTimestamps({ annotations: { [api.layerAnnotations.timestamp]: timestamp } });
  },
  timestampResponse: () => api.timestampResponse(pooled(Uint8Array.of(0x30, 0))),
  timestampToken: () => api.timestampToken(pooled(api.timestampResponse(Uint8Array.of(0x30, 0)))),
  writeImageStatement: () => api.writeImageStatement(digest),
  writeStatement: () => api.writeStatement({ digest, predicateType: type, predicate }),
};

describe('bytes that are given out have memory of their own (S39):', () => {
  it.each(Object.keys(samples))('%s', async (name) => {
    expect(expectOwnMemory(await samples[name]?.())).toBeGreaterThan(0);
  });

  it('every exported function or format is known to give out bytes, or not to', () => {
    const withoutBytes = [
      'attachCosign',
      'attachCosignSignature',
      'cosignTrust',
      'evaluateCosignAttestations',
      'evaluateCosignBlob',
      'evaluateCosignBlobAttestation',
      'evaluateCosignBundle',
      'evaluateCosignImage',
      'handleCosignKms',
      'legacyTag',
      'checkedPredicate',
      'cosignAlgorithm',
      'cosignPublicKeyPem',
      'dockerReferenceOf',
      'isAboutDigest',
      'messageHash',
      'predicateTypeOf',
      'readPayload',
      'readStatement',
      'typedPredicate',
      'verifierAdvice',
      'verifyStoredSignature',
    ];
    const exported = Object.entries(api).flatMap(([name, value]) =>
      typeof value === 'function' || (typeof value === 'object' && 'prepare' in value) ? [name] : [],
    );
    expect(exported.filter((name) => !(name in samples) && !withoutBytes.includes(name))).toEqual([]);
  });
});
