import { sha256Hex, utf8Bytes } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thrown } from '../../../notation-envelope/test/helpers/thrown.js';
import { dockerReferenceOf, readPayload, writePayload } from '../../src/index.js';
import { digest, dockerReference, jsonBytes } from '../signing/artifacts.js';

describe('a simple-signing payload', () => {
  // T1 and T2 of the reference. The last was made by `cosign generate` of 3.1.1 and 2.5.0, which agree.
  it.each([
    ['without annotations', {}, 246, '73989f516fe6403836eef8951983039f88ae0f04339411821df4c640c4d20f66'],
    ['with annotations', { build: '42', a: 'x<y' }, 271, '3fe596a3a4dd08f34a96c7fee029c42cfa3a4884167e9053b2f1f2be1c7a7ac9'],
    [
      'with all that Go escapes or sorts in a way of its own',
      {
        z: 'é\\ /',
        ctl: '\u0001\u001f\u007f\b\f\t',
        '10': 'ten',
        '9': '<&>',
        sep: '\u2028\u2029',
        '\ufffd': 'fffd',
        '\u{1f600}': 'smile',
        empty: '',
      },
      380,
      '99f681e92d3aebeab91a47542099a3579a8e1a083fbed003045ca2a934e39b80',
    ],
  ])('%s is byte for byte what cosign generate writes', (_, annotations, length, hash) => {
    const payload = writePayload({ dockerReference, digest, annotations });
    expect([payload.byteLength, sha256Hex(payload)]).toEqual([length, hash]);
  });

  it('is read back as what was written', () => {
    const text = fc.string({ unit: 'grapheme' });
    const name = text.filter((one) => one !== '' && !one.includes('='));
    fc.assert(
      fc.property(fc.dictionary(name, text), (annotations) => {
        const read = readPayload(writePayload({ dockerReference, digest, annotations }));
        expect(read).toEqual({ dockerReference, digest, optional: annotations });
      }),
    );
  });

  it('names Docker Hub as cosign does', () => {
    expect(dockerReferenceOf('docker.io/library/ubuntu')).toBe('index.docker.io/library/ubuntu');
    expect(dockerReferenceOf('docker.io.example/x')).toBe('docker.io.example/x');
    expect(dockerReferenceOf(dockerReference)).toBe(dockerReference);
  });

  it.each<[string, object]>([
    ['a digest that is not SHA-256', { digest: `sha512:${'ab'.repeat(64)}` }],
    ['a digest in upper case', { digest: `sha256:${'AB'.repeat(32)}` }],
    ['a digest with more behind it', { digest: `${digest}\n` }],
    ['a reference with white space', { dockerReference: 'a b' }],
    ['an empty reference', { dockerReference: '' }],
    ['an annotation that is no text', { annotations: { a: 1 } }],
    ['a name with an equals sign', { annotations: { 'a=b': 'c' } }],
    ['an empty name', { annotations: { '': 'c' } }],
    ['a lone surrogate', { annotations: { a: '\ud800' } }],
    ['annotations that are a Map', { annotations: new Map([['a', 'b']]) }],
  ])('is not written of %s', (_, change) => {
    const input = { dockerReference, digest, ...change } as Parameters<typeof writePayload>[0];
    expect(thrown(() => writePayload(input)).code).toBe('ERR_INVALID_ARGUMENT');
  });
});

describe('the payload of somebody else', () => {
  const type = 'cosign container image signature';
  const critical = { identity: { 'docker-reference': 'x' }, image: { 'docker-manifest-digest': digest }, type };
  const good = { critical, optional: null };

  it('may be in another order, indented, without optional, or with values that are no texts there', () => {
    const optional = { creator: 'tool', timestamp: 1700000000, more: { a: [null] } };
    expect(readPayload(jsonBytes({ optional, critical })).optional).toEqual(optional);
    expect(readPayload(utf8Bytes(`${JSON.stringify(good, null, 2)}\n`)).digest).toBe(digest);
    expect(readPayload(jsonBytes({ critical })).optional).toEqual({});
  });

  it.each<[string, unknown]>([
    ['another type', { ...good, critical: { ...critical, type: 'atomic container signature' } }],
    ['no type', { ...good, critical: { ...critical, type: undefined } }],
    ['a digest in upper case', { ...good, critical: { ...critical, image: { 'docker-manifest-digest': digest.toUpperCase() } } }],
    [
      'a digest with a line feed behind it',
      { ...good, critical: { ...critical, image: { 'docker-manifest-digest': `${digest}\n` } } },
    ],
    ['no digest', { ...good, critical: { ...critical, image: {} } }],
    [
      'the name of the digest in another case',
      { ...good, critical: { ...critical, image: { 'Docker-manifest-digest': digest } } },
    ],
    [
      'a second digest in another case',
      { ...good, critical: { ...critical, image: { 'docker-manifest-digest': digest, 'Docker-Manifest-Digest': digest } } },
    ],
    ['critical in another case', { Critical: critical, optional: null }],
    ['no identity', { ...good, critical: { ...critical, identity: undefined } }],
    ['a reference that is no text', { ...good, critical: { ...critical, identity: { 'docker-reference': null } } }],
    ['an unknown member', { ...good, extra: 1 }],
    ['an unknown critical member', { ...good, critical: { ...critical, extra: 1 } }],
    ['a list for optional', { ...good, optional: [] }],
    ['a text for optional', { ...good, optional: 'x' }],
    ['a member twice', `{"critical":{},${JSON.stringify(good).slice(1)}`],
    ['bytes behind it', `${JSON.stringify(good)}x`],
    ['nothing', ''],
  ])('is refused with %s', (_, value) => {
    const bytes = typeof value === 'string' ? utf8Bytes(value) : jsonBytes(value);
    expect(thrown(() => readPayload(bytes)).code).toBe('ERR_MALFORMED');
    expect(readPayload(jsonBytes(good)).digest).toBe(digest);
  });

  it('is refused over 1 MiB, by its size alone', () => {
    expect(thrown(() => readPayload(new Uint8Array((1 << 20) + 1))).code).toBe('ERR_LIMIT');
  });
});
