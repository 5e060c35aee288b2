import { utf8Bytes, utf8Text } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { innerBytesOf } from '../../src/request-signing/inner-bytes.js';

const inner = (body: string, member = 'signRequest') => utf8Text(innerBytesOf(utf8Bytes(body), member));

describe('the bytes that an application signs', () => {
  it.each([
    ['keep order, escapes, numbers and nulls', String.raw`{"b":null,"a":"\u0041\/<é","n":1.50,"e":1E2}`],
    ['hold strings that look like structure', String.raw`{"a":"}\",{\"signRequest\":1","b":[{},[],"]"]}`],
    ['hold a member of the same name', '{"signRequest":{"signRequest":1}}'],
    ['may be empty', '{}'],
  ])('%s', (_, text) => {
    expect(inner(`{"x":[1,{"signRequest":2}],"signRequest":${text},"requestSignature":null}`)).toBe(text);
    expect(inner(`{"signRequest":${text}}`)).toBe(text);
  });

  it('are compact, whatever white space the body has, except inside strings', () => {
    expect(inner('{ "a" : 1 ,\n\t"signRequest" : { "a b" : [ 1 , -2.5e3 , true , null ] , "s" : " x " } }')).toBe(
      '{"a b":[1,-2.5e3,true,null],"s":" x "}',
    );
  });

  it('are found under a name that is written with escapes', () => {
    expect(inner(String.raw`{"sign\u0052equest":{"a":1}}`)).toBe('{"a":1}');
  });

  it.each([
    ['another member', '{"decryptRequest":{}}'],
    ['a member further down', '{"x":{"signRequest":{}}}'],
    ['no object', '[{"signRequest":{}}]'],
    ['a doubled member', '{"signRequest":{"a":1},"signRequest":{"a":2}}'],
    ['something behind', '{"signRequest":{}} {}'],
  ])('are not found in %s', (_, body) => {
    expect(() => inner(body)).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
  });

  it('are what JSON.stringify gives, for every value (property)', () => {
    const value = fc
      .dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ stringUnit: 'grapheme' }))
      .map((v) => JSON.stringify(v));
    fc.assert(
      fc.property(value, fc.jsonValue(), fc.integer({ min: 0, max: 4 }), (text, other, space) => {
        const body = { a: other, signRequest: JSON.parse(text) as unknown, z: other };
        const fine = (v: unknown) => !/-0(?![.\d])|\\ud[89a-f]|\d{16,}|e\+/i.test(JSON.stringify(v));
        fc.pre(fine(body));
        expect(inner(JSON.stringify(body, null, space))).toBe(JSON.stringify(body.signRequest));
      }),
      { numRuns: 60 },
    );
  });
});
