import { type SigningFacts, utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { cosignAttestation, cosignBlob, cosignImage, preAuthEncoding, writePayload, writeStatement } from '../../src/index.js';
import { digest, dockerReference, inToto, jsonBytes, p256, subject } from './artifacts.js';

const hex = 'ab'.repeat(32);
const type = 'https://example.com/reviewed/v1';
const factsOf = (prepared: { parts: readonly { facts: SigningFacts }[] }) => prepared.parts.map(({ facts }) => facts);
const encoded = (statement: object) => preAuthEncoding(inToto, jsonBytes(statement));

describe('the facts of an image signature', () => {
  it('are recomputed from the bytes of each part', () => {
    const prepared = cosignImage.prepare(subject, p256, { dockerReference, annotations: { build: '42' } });
    const [legacy, bundle] = factsOf(prepared);
    expect(legacy).toEqual({
      format: 'cosign',
      title: `cosign signature of image ${digest} in ${dockerReference}`,
      details: { 'image digest': digest, 'docker reference': dockerReference, 'annotation build': '42' },
    });
    expect(bundle).toEqual({
      format: 'cosign',
      title: `cosign signature of image ${digest}`,
      details: {
        'predicate type': 'https://sigstore.dev/cosign/sign/v1',
        'image digest': digest,
        'annotation build': '42',
      },
    });
    for (const { facts, input } of prepared.parts) expect(cosignImage.explain(input.message)).toEqual(facts);
  });

  it('are shown whole and safely: nothing in them rules a terminal, and no annotation hides another', () => {
    const annotations = { 'a\u202eb': '\u001b[2J', 'a\\u{202e}b': 'x', long: 'y'.repeat(5_000) };
    const prepared = cosignImage.prepare(subject, p256, { shapes: ['bundle'], annotations });
    const { details = {} } = factsOf(prepared)[0] as SigningFacts;
    expect(Object.values(details).join()).not.toMatch(/[\u001b\u202e]/);
    expect(Object.keys(details).filter((name) => name.startsWith('annotation a'))).toHaveLength(2);
    expect(details['annotation long']).toHaveLength(5_000);
  });

  it('are found in a payload that others wrote, however it is indented', () => {
    const [legacy] = cosignImage.prepare(subject, p256, { dockerReference }).parts;
    const json: unknown = JSON.parse(new TextDecoder().decode(legacy?.input.message));
    expect(cosignImage.explain(utf8Bytes(`\n ${JSON.stringify(json, null, 2)}\n`))).toEqual(legacy?.facts);
  });

  it('are absent for what is no image signature', () => {
    const attested = preAuthEncoding(inToto, writeStatement({ digest, predicateType: type, predicate: {} }));
    const others = ['', '{}', 'DSSEv1 1 x 1 y', '{"critical":{}}', 'garbage'].map((text) => utf8Bytes(text));
    for (const bytes of [attested, ...others]) expect(cosignImage.explain(bytes)).toBeUndefined();
  });
});

describe('the facts of an attestation', () => {
  it('are type, subject and the predicate, whole while it is short', () => {
    const predicate = { by: 'team', at: 3 };
    const prepared = cosignAttestation.prepare(subject, p256, { type, predicate, subjectName: 'app' });
    expect(factsOf(prepared)).toEqual([
      {
        format: 'cosign-attestation',
        title: `cosign attestation about sha256:${hex}`,
        details: {
          'predicate type': type,
          subject: 'app',
          'image digest': digest,
          predicate: '{"at":3,"by":"team"}',
        },
      },
    ]);
  });

  it('are what people should know of a long predicate, and its hash', () => {
    const components = Array.from({ length: 200 }, (_, i) => ({ type: 'library', name: `library ${i}` }));
    const predicate = { bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber: 'urn:uuid:1', components } as const;
    const { details } = factsOf(cosignAttestation.prepare(subject, p256, { type: 'cyclonedx', predicate }))[0] as SigningFacts;
    expect(details).toMatchObject({
      'bill of materials': 'CycloneDX 1.6',
      'serial number': 'urn:uuid:1',
      components: '200',
      'predicate members': 'bomFormat, specVersion, serialNumber, components',
    });
    expect(details?.['predicate, sorted and compact']).toMatch(/^\d+ bytes, SHA-256 [0-9a-f]{64}$/);
  });

  it('name every subject, also those that somebody put beside ours', () => {
    const subjects = [
      { digest: { sha256: hex } },
      { name: 'evil', digest: { sha256: 'cd'.repeat(32) }, uri: 'https://example.com/', annotations: { a: 1 } },
    ];
    const statement = { _type: 'https://in-toto.io/Statement/v1', subject: subjects, predicateType: type, predicate: {} };
    const facts = cosignAttestation.explain(encoded(statement));
    expect(facts?.title).toBe(`cosign attestation about sha256:${hex} and 1 more`);
    expect(facts?.details).toMatchObject({
      '1: image digest': digest,
      '2: subject': 'evil',
      '2: uri': 'https://example.com/',
      '2: annotation a': '1 (not a text)',
      '2: image digest': `sha256:${'cd'.repeat(32)}`,
    });
  });

  it('are headed by the digest that verifiers compare, and no name of a digest can pass for another digest (S1)', () => {
    const explained = (given: object) =>
      cosignAttestation.explain(
        encoded({
          _type: 'https://in-toto.io/Statement/v1',
          subject: [{ digest: given }],
          predicateType: type,
          predicate: {},
        }),
      )?.title;
    const evil = 'cd'.repeat(32);
    expect(explained({ gitCommit: hex, sha256: evil })).toBe(`cosign attestation about sha256:${evil}`);
    expect(explained({ gitCommit: 'ab' })).toBe('cosign attestation about gitCommit:ab');
    expect(explained({ [`sha256:${hex}`]: 'ab', sha256: evil })).toBeUndefined();
  });

  it('are absent for image signatures and everything else', () => {
    const [legacy, bundle] = cosignImage.prepare(subject, p256, { dockerReference }).parts;
    for (const part of [legacy, bundle]) expect(cosignAttestation.explain(part?.input.message as Uint8Array)).toBeUndefined();
    expect(cosignAttestation.explain(utf8Bytes('garbage'))).toBeUndefined();
    expect(cosignAttestation.explain(preAuthEncoding('text/plain', utf8Bytes('{}')))).toBeUndefined();
  });
});

describe('a blob', () => {
  it('proves its digest and nothing else: no bytes are explained as a blob', () => {
    const blob = utf8Bytes('hello\n');
    const [facts] = factsOf(cosignBlob.prepare(blob, p256));
    expect(facts?.subject).toEqual({
      mediaType: 'application/octet-stream',
      digest: 'sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',
      size: 6,
    });
    expect(cosignBlob.explain(blob)).toBeUndefined();
    expect(cosignBlob.explain(writePayload({ dockerReference, digest }))).toBeUndefined();
  });
});
