import { sha256Hex } from '@securosys/core';
import { inspectEnvelope, notationCose, notationJws } from '@securosys/notation-envelope';
import { parseCertificate } from '@securosys/pki';
import { describe, expect, it } from 'vitest';
import { day, now, testChain, testKey } from './helpers/certificates.js';
import { cose, coseEnvelope, jws, rawEnvelope, signed, subject } from './helpers/envelopes.js';
import { thrown } from './helpers/thrown.js';

describe.each([
  ['JWS', notationJws, jws],
  ['COSE', notationCose, cose],
] as const)('inspecting %s', (_, format, mediaType) => {
  const { envelope } = signed({
    format,
    prepare: {
      expirySeconds: 60,
      annotations: { build: '7' },
      attributes: [{ name: 'com.example.run', value: { id: 5, tags: ['a', null] }, critical: true }],
      verificationPlugin: { name: 'com.example.check', minVersion: '1.2.3-rc.1' },
    },
  });
  const [leaf, root] = testChain().map((der) => parseCertificate(der));

  it('shows everything, in data that JSON keeps whole', () => {
    const shown = inspectEnvelope(envelope, mediaType);
    expect(JSON.parse(JSON.stringify(shown))).toEqual(shown);
    expect(shown).toEqual({
      mediaType,
      algorithm: 'ecdsa-sha256',
      contentType: 'application/vnd.cncf.notary.payload.v1+json',
      scheme: 'notary.x509',
      signedAt: now - 1000,
      expiresAt: now + 59_000,
      attributes: expect.arrayContaining([
        { name: 'com.example.run', value: { id: 5, tags: ['a', null] }, critical: true },
        { name: 'io.cncf.notary.verificationPlugin', value: 'com.example.check', critical: true },
        { name: 'io.cncf.notary.verificationPluginMinVersion', value: '1.2.3-rc.1', critical: true },
      ]),
      subject: { ...subject, annotations: { build: '7' } },
      signingAgent: expect.stringMatching(/^securosys-sign\//),
      certificates: [
        {
          subject: leaf!.subjectText,
          issuer: root!.subjectText,
          serial: expect.stringMatching(/^[0-9a-f]+$/),
          notBefore: now - 100 * day,
          notAfter: now + 265 * day,
          thumbprint: expect.stringMatching(/^[0-9a-f]{64}$/),
          spkiSha256: sha256Hex(testKey('ec-p256').spki),
        },
        expect.objectContaining({ subject: root!.subjectText, issuer: root!.subjectText, thumbprint: root!.thumbprint }),
      ],
      signature: expect.stringMatching(/^[A-Za-z0-9+/]{86}==$/),
      signatureValid: true,
    });
  });

  it('refuses options that it does not have', () => {
    expect(thrown(() => inspectEnvelope(envelope, mediaType, { cache: 1 } as object)).code).toBe('ERR_INVALID_ARGUMENT');
    expect(thrown(() => inspectEnvelope(envelope, 'text/plain')).details.reason).toBe('media-type');
  });
});

describe('inspecting what nobody would trust', () => {
  it('shows a bad signature, and an algorithm of another key, as not valid', () => {
    expect(inspectEnvelope(rawEnvelope({ signer: () => new Uint8Array(64) }), jws).signatureValid).toBe(false);
    expect(inspectEnvelope(rawEnvelope({ header: { alg: 'ES384' } }), jws).signatureValid).toBe(false);
    expect(inspectEnvelope(coseEnvelope({ signer: () => new Uint8Array(64) }), cose).signatureValid).toBe(false);
    const leafKey = testKey('ed25519');
    expect(inspectEnvelope(rawEnvelope({ chain: testChain({ leafKey }) }), jws).signatureValid).toBe(false);
  });

  it('shows a chain that breaks every rule', () => {
    const [leaf] = testChain();
    expect(inspectEnvelope(rawEnvelope({ chain: [leaf, leaf, leaf] }), jws)).toMatchObject({ signatureValid: true });
  });

  it('shows attributes that JSON does not have, and labels that are numbers', () => {
    const extra: [string | number, unknown][] = [
      [100, new Uint8Array([1, 255])],
      ['big', 2n ** 60n],
      ['map', new Map<unknown, unknown>([[1, 'one']])],
      ['dollar', { $bytes: 'ff' }],
    ];
    const { attributes } = inspectEnvelope(coseEnvelope({ extra, critical: [100] }), cose);
    expect(attributes).toEqual(
      expect.arrayContaining([
        { name: 100, value: { $bytes: '01ff' }, critical: true },
        { name: 'big', value: { $integer: '1152921504606846976' }, critical: false },
        { name: 'map', value: { $map: [[1, 'one']] }, critical: false },
        { name: 'dollar', value: { $map: [['$bytes', 'ff']] }, critical: false },
      ]),
    );
  });

  it('refuses what cannot be read', () => {
    expect(thrown(() => inspectEnvelope(rawEnvelope({ header: { cty: 'text/plain' } }), jws)).details.reason).toBe(
      'content-type',
    );
    expect(thrown(() => inspectEnvelope(rawEnvelope({ chain: [new Uint8Array([1])] }), jws)).code).toBe('ERR_MALFORMED');
  });
});
