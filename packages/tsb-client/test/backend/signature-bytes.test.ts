import { concatBytes, derWrap, ecdsaToDer, type SignatureAlgorithm } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalSignature } from '../../src/backend/signature-bytes.js';

const protocol = expect.objectContaining({ code: 'ERR_PROTOCOL' });
/** No first byte of a SEQUENCE: about one in 2^40 random values could be read as DER, and those are refused (see below). */
const raw = (length: number) =>
  fc
    .uint8Array({ minLength: length, maxLength: length })
    .map((bytes) => Uint8Array.of((bytes[0] ?? 0) | 0x40, ...bytes.subarray(1)));

describe('signatures of ECDSA', () => {
  it.each([
    ['ecdsa-sha256', 64],
    ['ecdsa-sha384', 96],
    ['ecdsa-sha512', 132],
  ] as const)('%s: r‖s stays, DER becomes r‖s', (algorithm, length) => {
    fc.assert(
      fc.property(raw(length), (signature) => {
        for (const known of [algorithm, undefined]) {
          expect(normalSignature(signature, known)).toEqual(signature);
          const der = ecdsaToDer(signature);
          if (der.byteLength !== length) expect(normalSignature(der, known)).toEqual(signature);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('fill up what DER leaves out: leading zeros of r and s', () => {
    const signature = new Uint8Array(64);
    signature[31] = 5;
    signature[40] = 0x80;
    expect(normalSignature(ecdsaToDer(signature), 'ecdsa-sha256')).toEqual(signature);
  });

  it('that could be both are refused: 64 bytes of r‖s that are DER of two short integers', () => {
    const short = new Uint8Array(29).fill(1);
    const both = derWrap(0x30, concatBytes(derWrap(2, short), derWrap(2, new Uint8Array(29).fill(2))));
    expect(both).toHaveLength(64);
    for (const known of ['ecdsa-sha256', undefined] as const) expect(() => normalSignature(both, known)).toThrow(protocol);
  });

  it.each([0, 63, 65, 66, 67, 95, 97, 131, 133])('of %i bytes that are not DER are refused', (length) => {
    expect(() => normalSignature(new Uint8Array(length).fill(4), 'ecdsa-sha256')).toThrow(protocol);
  });

  it('with more inside than two integers, or with integers of no curve, are refused', () => {
    const integer = derWrap(2, Uint8Array.of(1));
    const three = derWrap(0x30, concatBytes(integer, integer, integer));
    const long = derWrap(0x30, concatBytes(integer, derWrap(2, new Uint8Array(67).fill(1))));
    for (const bytes of [three, long]) expect(() => normalSignature(bytes, 'ecdsa-sha512')).toThrow(protocol);
  });
});

describe('signatures of Ed25519', () => {
  const signature = Uint8Array.from({ length: 64 }, (_, i) => i + 3);

  it.each([
    ['bare', signature],
    ['an OCTET STRING', concatBytes(Uint8Array.of(0x04, 0x40), signature)],
    ['a BIT STRING', concatBytes(Uint8Array.of(0x03, 0x41, 0x00), signature)],
    ['a SEQUENCE of two INTEGERs', ecdsaToDer(signature)],
  ])('come as %s', (_, bytes) => {
    expect(normalSignature(bytes, 'ed25519')).toEqual(signature);
    expect(normalSignature(bytes)).toEqual(signature);
  });

  it.each([
    ['an OCTET STRING of 63 bytes', concatBytes(Uint8Array.of(0x04, 0x3f), signature.subarray(1))],
    ['a BIT STRING with unused bits', concatBytes(Uint8Array.of(0x03, 0x41, 0x01), signature)],
    ['96 bytes', new Uint8Array(96).fill(9)],
    ['integers of P-384', ecdsaToDer(new Uint8Array(96).fill(9))],
    ['nothing', new Uint8Array()],
  ])('are refused as %s', (_, bytes) => {
    expect(() => normalSignature(bytes, 'ed25519')).toThrow(protocol);
  });
});

it('RSA and ML-DSA results are bytes that nothing is read into', () => {
  const lookalike = ecdsaToDer(new Uint8Array(64).fill(7));
  for (const algorithm of ['rsa-pss-sha256', 'rsa-pkcs1-sha512', 'ml-dsa-65'] satisfies SignatureAlgorithm[])
    expect(normalSignature(lookalike, algorithm)).toEqual(lookalike);
});
