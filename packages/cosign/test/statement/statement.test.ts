import { sha256Hex, utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { thrown } from '../../../notation-envelope/test/helpers/thrown.js';
import { isAboutDigest, preAuthEncoding, readStatement, writeImageStatement, writeStatement } from '../../src/index.js';
import { digest, inToto, jsonBytes } from '../signing/artifacts.js';

const hex = 'ab'.repeat(32);
const type = 'https://example.com/reviewed/v1';

describe('a statement about an image', () => {
  it('is byte for byte what cosign 3.1.1 writes, also as it is signed (T4)', () => {
    const statement = writeImageStatement(digest);
    const pae = preAuthEncoding(inToto, statement);
    expect([statement.byteLength, pae.byteLength, sha256Hex(pae)]).toEqual([
      230,
      273,
      'a17600548857ec05c6a6b6f32200718516e33c9595092692582d2da2ac62ad47',
    ]);
  });

  it('has the pre-authentication encoding of the reference (T3)', () => {
    const statement = writeStatement({ digest, predicateType: 'https://sigstore.dev/cosign/sign/v1', predicate: {} });
    const pae = preAuthEncoding(inToto, statement);
    expect([statement.byteLength, pae.byteLength, sha256Hex(pae)]).toEqual([
      213,
      256,
      'cc06fe7b0e6205ac2e84b149fd7dc7d5d18afcab2d875569c1b9872ff2761c5b',
    ]);
  });

  it('has its annotations sorted by bytes and not escaped for HTML', () => {
    const statement = writeImageStatement(digest, { '9': '<y>', '10': 'x' });
    expect(new TextDecoder().decode(statement)).toContain('"annotations":{"10":"x","9":"<y>"}');
    const { subjects } = readStatement(statement);
    expect(subjects).toEqual([{ digest: { sha256: hex }, annotations: { '10': 'x', '9': '<y>' } }]);
  });

  it('is about one digest', () => {
    const statement = readStatement(writeStatement({ digest, name: 'app', predicateType: type, predicate: { a: undefined } }));
    expect(statement).toMatchObject({ subjects: [{ name: 'app' }], predicate: {} });
    expect([isAboutDigest(statement, digest), isAboutDigest(statement, `sha256:${'cd'.repeat(32)}`)]).toEqual([true, false]);
    expect(isAboutDigest({ subjects: [{ digest: { sha512: hex } }] }, 'sha256:undefined')).toBe(false);
  });

  it.each<[string, object]>([
    ['a digest of another hash', { digest: `sha384:${'ab'.repeat(48)}` }],
    ['a type that is no URI', { predicateType: 'reviewed' }],
    ['a type with white space', { predicateType: 'https://example.com/a b' }],
    ['an empty name', { name: '' }],
    ['a predicate that is a list', { predicate: [] }],
    ['a predicate that is nothing', { predicate: null }],
    ['a number that is none', { predicate: { a: [Number.NaN] } }],
    ['a number beyond 2^53', { predicate: { a: 2 ** 60 } }],
    ['a function', { predicate: { a: () => 1 } }],
    ['undefined in a list, which would become null', { predicate: { a: [1, undefined] } }],
    ['a bigint', { predicate: { a: 1n } }],
    ['a Map', { predicate: { a: new Map() } }],
    ['a lone surrogate', { predicate: { a: '\ud800' } }],
    ['a name with a lone surrogate', { predicate: { '\ud800': 1 } }],
  ])('is not written of %s', (_, change) => {
    const input = { digest, predicateType: type, predicate: {}, ...change } as Parameters<typeof writeStatement>[0];
    expect(thrown(() => writeStatement(input)).code).toBe('ERR_INVALID_ARGUMENT');
  });

  it('is not written of a circle', () => {
    const predicate: Record<string, unknown> = {};
    predicate.again = predicate;
    expect(thrown(() => writeStatement({ digest, predicateType: type, predicate })).code).toBe('ERR_INVALID_ARGUMENT');
  });
});

describe('the statement of somebody else', () => {
  const subject = [
    { name: 'x', digest: { sha256: hex, sha1: 'ab'.repeat(20) }, uri: 'u', mediaType: 'm', annotations: { a: 1 } },
  ];
  const good = { _type: 'https://in-toto.io/Statement/v0.1', subject, predicateType: type, predicate: { a: [1.5, null] } };
  const code = (value: unknown) =>
    thrown(() => readStatement(typeof value === 'string' ? utf8Bytes(value) : jsonBytes(value))).code;

  it('may be of v0.1 or v1, with several digests and subjects, in any order', () => {
    const { subjects, type: version, predicate } = readStatement(jsonBytes({ ...good, subject: [...subject, ...subject] }));
    expect([subjects.length, version, predicate]).toEqual([2, good._type, good.predicate]);
    expect(readStatement(jsonBytes({ ...good, _type: 'https://in-toto.io/Statement/v1' })).type).toContain('/v1');
  });

  it.each<[string, unknown]>([
    ['another version', { ...good, _type: 'https://in-toto.io/Statement/v2' }],
    ['no version', { ...good, _type: undefined }],
    ['no subject', { ...good, subject: [] }],
    ['a subject that is null', { ...good, subject: [null] }],
    ['a subject that is no list', { ...good, subject: subject[0] }],
    ['an unknown member of a subject', { ...good, subject: [{ ...subject[0], extra: 1 }] }],
    ['a subject without a digest', { ...good, subject: [{ name: 'x' }] }],
    ['an empty digest', { ...good, subject: [{ digest: {} }] }],
    ['a digest in upper case', { ...good, subject: [{ digest: { sha256: hex.toUpperCase() } }] }],
    ['a digest that is no hex, beside a good one', { ...good, subject: [{ digest: { sha256: hex, sha1: 'x' } }] }],
    ['a digest of half a byte', { ...good, subject: [{ digest: { sha256: 'abc' } }] }],
    ['a name that is no text', { ...good, subject: [{ ...subject[0], name: 1 }] }],
    ['annotations that are a list', { ...good, subject: [{ ...subject[0], annotations: [] }] }],
    [
      'over 32 digests',
      { ...good, subject: [{ digest: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`h${i}`, 'ab'])) }] },
    ],
    ['no predicate type', { ...good, predicateType: '' }],
    ['a predicate that is a text', { ...good, predicate: 'x' }],
    ['a predicate that is a list', { ...good, predicate: [] }],
    ['no predicate', { ...good, predicate: undefined }],
    ['an unknown member', { ...good, extra: 1 }],
    ['a member twice', `{"predicateType":"x:y",${JSON.stringify(good).slice(1)}`],
    ['a member twice in the predicate', JSON.stringify(good).replace('"a":[', '"a":1,"a":[')],
    ['bytes behind it', `${JSON.stringify(good)}{}`],
    ['garbage', 'garbage'],
  ])('is refused with %s', (_, value) => {
    expect(code(value)).toBe('ERR_MALFORMED');
    expect(readStatement(jsonBytes(good)).predicateType).toBe(type);
  });

  it('is refused with over 1,024 subjects', () => {
    expect(code({ ...good, subject: Array.from({ length: 1025 }, () => subject[0]) })).toBe('ERR_LIMIT');
  });
});
