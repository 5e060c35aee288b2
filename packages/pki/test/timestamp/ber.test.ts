import { concatBytes, derWrap, SignError } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifyTimestampToken } from '../../src/index.js';
import { berToDer } from '../../src/timestamp/ber.js';
import { hex, seq } from '../craft.js';
import { authority, genTime, message, token } from './craft-token.js';

/** A value as DER, and one of its forms in BER. */
interface Twin {
  readonly der: Uint8Array;
  readonly ber: Uint8Array;
}

const end = Uint8Array.of(0, 0);
const longLength = (length: number) =>
  Uint8Array.of(0x84, length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255);
const long = (tag: number, contents: Uint8Array) => concatBytes(Uint8Array.of(tag), longLength(contents.byteLength), contents);
const indefinite = (tag: number, contents: Uint8Array) => concatBytes(Uint8Array.of(tag, 0x80), contents, end);

const octets = fc.uint8Array({ maxLength: 40 });
/** An OCTET STRING whole, with a long length, or in two pieces. */
const octetString: fc.Arbitrary<Twin> = fc.tuple(octets, fc.nat(2), fc.nat(40)).map(([bytes, form, at]) => {
  const pieces = concatBytes(derWrap(4, bytes.subarray(0, at)), derWrap(4, bytes.subarray(at)));
  const forms = [derWrap(4, bytes), long(4, bytes), indefinite(0x24, pieces)];
  return { der: derWrap(4, bytes), ber: forms[form] as Uint8Array };
});
const integer: fc.Arbitrary<Twin> = octets.map((bytes) => ({ der: derWrap(2, bytes), ber: long(2, bytes) }));
const twin = fc.letrec<{ value: Twin }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    octetString,
    integer,
    fc.tuple(fc.constantFrom(0x30, 0x31, 0xa0), fc.nat(2), fc.array(tie('value'), { maxLength: 4 })).map(([tag, form, parts]) => {
      const ber = concatBytes(...parts.map((part) => part.ber));
      const forms = [derWrap, long, indefinite];
      return { der: derWrap(tag, concatBytes(...parts.map((part) => part.der))), ber: (forms[form] ?? derWrap)(tag, ber) };
    }),
  ),
})).value;

describe('BER becomes DER', () => {
  it('whatever lengths and pieces it is written with, and DER stays what it is', () => {
    fc.assert(
      fc.property(twin, ({ der, ber }) => {
        expect(berToDer(ber)).toEqual(der);
        expect(berToDer(der)).toEqual(der);
      }),
      { numRuns: 200 },
    );
  });

  it('from any bytes, or ends in a code', () => {
    const bytes = fc.array(fc.oneof(fc.constantFrom(0x30, 0x24, 0x80, 0x04, 0x00, 0x84), fc.nat(255)), { maxLength: 60 });
    fc.assert(
      fc.property(bytes, (list) => {
        try {
          const der = berToDer(Uint8Array.from(list));
          expect(berToDer(der)).toEqual(der);
        } catch (error) {
          if (!SignError.is(error)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['nothing', ''],
    ['a primitive of indefinite length', '04800000'],
    ['a missing end', '3080020101'],
    ['a long tag', '1f810101'],
    ['bytes behind', '30000500'],
    ['an end without a start', '30020000'],
    ['an OCTET STRING made of integers', '2403020101'],
    ['contents that leave their parent', '3003040501'],
    ['a length of nine octets', '3089000000000000000001'],
  ])('%s is refused', (_, text) => {
    expect(() => berToDer(hex(text))).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
  });

  it('depth and number of elements are bounded', () => {
    const deep = Uint8Array.from({ length: 5000 }, (_, i) => (i % 2 === 0 ? 0x30 : 0x80));
    expect(() => berToDer(deep)).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' }));
    const many = seq(...Array.from({ length: 10_001 }, () => hex('0500')));
    expect(() => berToDer(many)).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' }));
  });
});

it('a token in BER verifies with allowBer, and without it is refused by that name', async () => {
  const from = authority();
  const anchors = [from.root];
  const der = token(from);
  const ber = indefinite(0x30, der.subarray(4));
  expect((await verifyTimestampToken(ber, { message, anchors, allowBer: true })).genTime).toBe(genTime);
  await expect(verifyTimestampToken(ber, { message, anchors })).rejects.toMatchObject({
    code: 'ERR_MALFORMED',
    details: { reason: 'token-not-der' },
  });
});
