import { generateKeyPairSync } from 'node:crypto';
import { base64Text, type JsonObject, parseJsonObject, spkiOf, utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { thrown } from '../../../notation-envelope/test/helpers/thrown.js';
import { cosignAttestation, cosignBlob, cosignImage, writeImageStatement, writePayload } from '../../src/index.js';
import { digest, dockerReference, jsonBytes, p256, signAll, subject } from './artifacts.js';
import { testKey } from './keys.js';

const other = `sha256:${'cd'.repeat(32)}`;
const text = (bytes: Uint8Array) => base64Text(bytes);
/** As it comes out of a file. */
const stored = (prepared: { toJSON(): JsonObject }): JsonObject => parseJsonObject(JSON.stringify(prepared));
const image = stored(cosignImage.prepare(subject, p256, { dockerReference, annotations: { a: 'b' } }));
const predicate = { by: 'team', '10': 1, '9': [1.5, -2e-7, { x: null }] };
const attestation = stored(
  cosignAttestation.prepare(subject, p256, { type: 'https://example.com/reviewed/v1', predicate, subjectName: 'app' }),
);
const blob = stored(cosignBlob.prepare(utf8Bytes('blob'), p256, { mediaType: 'text/plain' }));

describe('what was prepared', () => {
  it('comes back out of its JSON as it was', () => {
    for (const [format, json] of [
      [cosignImage, image],
      [cosignAttestation, attestation],
      [cosignBlob, blob],
    ] as const) {
      const restored = format.restore(json);
      expect(parseJsonObject(JSON.stringify(restored))).toEqual(json);
      expect(restored.assemble(signAll(restored))).toHaveProperty('subject');
    }
  });

  it.each(['legacy', 'bundle'] as const)('comes back with the shape %s alone', (shape) => {
    const prepared = cosignImage.prepare(subject, p256, { dockerReference, shapes: [shape] });
    const artifact = cosignImage.restore(stored(prepared)).assemble(signAll(prepared));
    expect([artifact.legacy !== undefined, artifact.bundle !== undefined]).toEqual([shape === 'legacy', shape === 'bundle']);
  });

  it('holds no secrets and all that a holder of the key needs', () => {
    expect(Object.keys(image)).toEqual(['format', 'version', 'spki', 'algorithm', 'subject', 'legacy', 'bundle']);
  });
});

describe('JSON of a prepared image signature is hostile:', () => {
  const payloadOf = (change: object) => text(writePayload({ dockerReference, digest, annotations: { a: 'b' }, ...change }));
  const statementOf = (to = digest, annotations: Record<string, string> = { a: 'b' }) =>
    text(writeImageStatement(to, annotations));
  const key256k1 = spkiOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey);

  it.each<[string, object]>([
    ['a payload about another image', { legacy: payloadOf({ digest: other }) }],
    ['a statement about another image', { bundle: statementOf(other) }],
    ['both about another image', { legacy: payloadOf({ digest: other }), bundle: statementOf(other) }],
    ['a subject that is another image', { subject: { ...subject, digest: other } }],
    ['other annotations in the payload', { legacy: payloadOf({ annotations: { a: 'c' } }) }],
    ['other annotations in the statement', { bundle: statementOf(digest, {}) }],
    ['a payload with white space', { legacy: text(utf8Bytes(`${Buffer.from(payloadOf({}), 'base64').toString()} `)) }],
    [
      'a payload with a value that is no text',
      {
        legacy: text(
          jsonBytes({
            critical: {
              identity: { 'docker-reference': 'x' },
              image: { 'docker-manifest-digest': digest },
              type: 'cosign container image signature',
            },
            optional: { a: 1 },
          }),
        ),
      },
    ],
    [
      'a statement with a second subject',
      {
        bundle: text(
          jsonBytes({
            _type: 'https://in-toto.io/Statement/v1',
            subject: [{ digest: { sha256: 'ab'.repeat(32) } }, { digest: { sha256: 'cd'.repeat(32) } }],
            predicateType: 'https://sigstore.dev/cosign/sign/v1',
            predicate: {},
          }),
        ),
      },
    ],
    ['an attestation for a statement', { bundle: attestation.statement }],
    ['no part', { legacy: undefined, bundle: undefined }],
    ['a part that is no base64', { legacy: '!' }],
    ['a part that is no text', { bundle: 1 }],
    ['a subject without a size', { subject: { mediaType: subject.mediaType, digest } }],
    ['a subject with more members', { subject: { ...subject, urls: [] } }],
    ['a media type that is none', { subject: { ...subject, mediaType: 'x' } }],
    ['an unknown member', { extra: 1 }],
    ['another format', { format: 'cosign-blob' }],
    ['another version', { version: 2 }],
    ['a key that is none', { spki: text(new Uint8Array(10)) }],
    ['an algorithm that is no text', { algorithm: null }],
  ])('%s is refused', (_, change) => {
    const json = JSON.parse(JSON.stringify({ ...image, ...change })) as JsonObject;
    expect(thrown(() => cosignImage.restore(json)).code).toBe('ERR_MALFORMED');
    expect(cosignImage.restore(image).parts).toHaveLength(2);
  });

  it.each<[string, object]>([
    ['another hash', { algorithm: 'ecdsa-sha384' }],
    ['another family', { algorithm: 'rsa-pss-sha256' }],
    ['an algorithm that nobody knows', { algorithm: 'none' }],
    ['an algorithm of a prototype', { algorithm: 'constructor' }],
    ['a key of a kind that cosign does not know', { spki: text(key256k1) }],
  ])('%s is refused as such', (_, change) => {
    expect(thrown(() => cosignImage.restore({ ...image, ...change } as JsonObject)).code).toBe('ERR_ALGORITHM_UNSUPPORTED');
  });

  it('a key too large is refused by its size', () => {
    expect(thrown(() => cosignImage.restore({ ...image, spki: 'A'.repeat(8_192) })).code).toBe('ERR_LIMIT');
  });

  it('what is no object is refused', () => {
    for (const json of [null, [], 'x', 1])
      for (const format of [cosignImage, cosignAttestation, cosignBlob])
        expect(thrown(() => format.restore(json as never)).code).toBe('ERR_MALFORMED');
  });

  it('with another key it waits for that key, and says so', () => {
    const stranger = testKey('ec-p256', 'stranger');
    const restored = cosignImage.restore({ ...image, spki: text(stranger.spki) });
    expect(restored.parts[0]?.spkiSha256).not.toBe(cosignImage.restore(image).parts[0]?.spkiSha256);
    expect(thrown(() => restored.assemble(signAll(restored))).code).toBe('ERR_SIGNATURE_MISMATCH');
  });
});

describe('JSON of a prepared attestation or blob is hostile:', () => {
  it.each<[string, object]>([
    ['an image signature', { statement: image.bundle }],
    ['another subject', { subject: { ...subject, digest: other } }],
    ['no statement', { statement: undefined }],
    ['no shape', { shapes: [] }],
    ['a shape twice', { shapes: ['legacy', 'legacy'] }],
    ['an unknown shape', { shapes: ['other'] }],
  ])('%s is refused', (_, change) => {
    const json = JSON.parse(JSON.stringify({ ...attestation, ...change })) as JsonObject;
    expect(thrown(() => cosignAttestation.restore(json)).code).toBe('ERR_MALFORMED');
  });

  it.each<[string, object]>([
    ['a blob that is no base64', { blob: '!' }],
    ['a media type that is none', { mediaType: 'x' }],
    ['no blob', { blob: undefined }],
  ])('%s is refused', (_, change) => {
    const json = JSON.parse(JSON.stringify({ ...blob, ...change })) as JsonObject;
    expect(thrown(() => cosignBlob.restore(json)).code).toBe('ERR_MALFORMED');
  });
});
