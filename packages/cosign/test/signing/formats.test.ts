import { publicKeyFromSpki, type SignatureAlgorithm } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { thrown } from '../../../notation-envelope/test/helpers/thrown.js';
import {
  cosignAttestation,
  cosignBlob,
  cosignImage,
  preAuthEncoding,
  readStatement,
  verifyStoredSignature,
  writeImageStatement,
  writePayload,
} from '../../src/index.js';
import { type TestKey, testKey } from './keys.js';

const subject = {
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: `sha256:${'ab'.repeat(32)}`,
  size: 528,
};
const dockerReference = 'registry.example:5000/team/app';
const annotations = { build: '42' };
const p256 = testKey('ec-p256');
const inToto = 'application/vnd.in-toto+json';

const kinds: readonly (readonly [string, SignatureAlgorithm, { digestAlgorithm?: 'sha256' | 'sha384' | 'sha512' }])[] = [
  ['ec-p256', 'ecdsa-sha256', {}],
  ['rsa-2048', 'rsa-pkcs1-sha256', {}],
  ['ec-p384', 'ecdsa-sha384', { digestAlgorithm: 'sha384' }],
  ['ec-p521', 'ecdsa-sha256', { digestAlgorithm: 'sha256' }],
  ['ed25519', 'ed25519', {}],
];

function signatures(
  key: TestKey,
  parts: readonly { id: string; algorithm: SignatureAlgorithm; input: { message: Uint8Array } }[],
) {
  return Object.fromEntries(parts.map(({ id, algorithm, input }) => [id, key.sign(algorithm, input.message)]));
}

describe('an image signature', () => {
  it.each(kinds)('by %s is %s over the payload and over the statement', (spec, algorithm, options) => {
    const key = testKey(spec);
    const prepared = cosignImage.prepare(subject, key, { dockerReference, annotations, ...options });
    expect(prepared.parts.map(({ id, domain }) => [id, domain])).toEqual([
      ['legacy', 'cosign-payload'],
      ['bundle', 'dsse'],
    ]);
    const { legacy, bundle } = cosignImage.restore(prepared.toJSON()).assemble(signatures(key, prepared.parts));
    const payload = writePayload({ dockerReference, digest: subject.digest, annotations });
    const statement = writeImageStatement(subject.digest, annotations);
    expect([legacy?.payload, bundle?.payload]).toEqual([payload, statement]);
    const publicKey = publicKeyFromSpki(key.spki);
    expect(verifyStoredSignature(publicKey, algorithm, payload, legacy?.signature as Uint8Array)).toBe(true);
    const pae = preAuthEncoding(inToto, statement);
    expect(verifyStoredSignature(publicKey, algorithm, pae, bundle?.signature as Uint8Array)).toBe(true);
  });

  it('is refused when one of its signatures is of other bytes, missing, or one too many', () => {
    const prepared = cosignImage.prepare(subject, p256, { dockerReference });
    const good = signatures(p256, prepared.parts);
    const { legacy, bundle } = good as Record<string, Uint8Array>;
    const code = (given: Record<string, Uint8Array | undefined>) =>
      thrown(() => prepared.assemble(given as Record<string, Uint8Array>)).code;
    expect(code({ legacy: bundle, bundle: legacy })).toBe('ERR_SIGNATURE_MISMATCH');
    expect(code({ legacy })).toBe('ERR_INVALID_ARGUMENT');
    expect(code({ ...good, other: legacy })).toBe('ERR_INVALID_ARGUMENT');
  });
});

describe('an attestation', () => {
  it('is one signature over the statement', () => {
    const predicate = {
      buildDefinition: { buildType: 'https://example.com/build', externalParameters: {} },
      runDetails: { builder: { id: 'https://example.com/ci' } },
    };
    const prepared = cosignAttestation.prepare(subject, p256, { type: 'slsaprovenance1', predicate });
    const restored = cosignAttestation.restore(prepared.toJSON());
    const { envelope, predicateType } = restored.assemble(signatures(p256, prepared.parts));
    expect(predicateType).toBe('https://slsa.dev/provenance/v1');
    expect(readStatement(envelope.payload)).toMatchObject({ predicateType, predicate });
  });

  it('is never an image signature', () => {
    const type = 'https://sigstore.dev/cosign/sign/v1';
    expect(thrown(() => cosignAttestation.prepare(subject, p256, { type, predicate: {} })).code).toBe('ERR_INVALID_ARGUMENT');
  });
});

describe('a blob signature', () => {
  it.each(kinds)('by %s is %s over the blob', (spec, algorithm, options) => {
    const key = testKey(spec);
    const blob = Uint8Array.of(1, 2, 3);
    const prepared = cosignBlob.prepare(blob, key, options);
    expect(prepared.parts[0]).not.toHaveProperty('domain');
    const { signature } = cosignBlob.restore(prepared.toJSON()).assemble(signatures(key, prepared.parts));
    expect(verifyStoredSignature(publicKeyFromSpki(key.spki), algorithm, blob, signature)).toBe(true);
  });
});
