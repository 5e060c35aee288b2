import { generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derWrap, ecdsaFromDer, ecdsaToDer, hexBytes, scanDer } from '../src/index.js';

describe('ECDSA signatures between r‖s and DER', () => {
  it.each([32, 48, 66])('round-trips any r‖s with halves of %i bytes', (width) => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2 * width, maxLength: 2 * width }), (raw) => {
        expect([...ecdsaFromDer(ecdsaToDer(raw), width)]).toEqual([...raw]);
      }),
    );
  });

  it.each([
    ['P-256', 32],
    ['P-384', 48],
    ['P-521', 66],
  ])('agrees with OpenSSL on %s', (namedCurve, width) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
    for (let i = 0; i < 40; i++) {
      const message = Buffer.from(`message ${i}`);
      const der = sign('sha256', message, privateKey);
      const raw = ecdsaFromDer(der, width);
      expect(verify('sha256', message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw)).toBe(true);
      expect(Buffer.from(ecdsaToDer(raw)).equals(der)).toBe(true);
    }
  });

  it.each([
    ['negative r', '3006020180020101'],
    ['padded r', '300702020001020101'],
    ['empty r', '30050200020101'],
    ['one integer', '3003020101'],
    ['three integers', '3009020101020101020101'],
    ['trailing byte', '300602010102010100'],
    ['long-form length', '30810602010102010'.padEnd(18, '1')],
    ['a SET', '3106020101020101'],
  ])('refuses %s', (_, hex) => {
    expect(() => ecdsaFromDer(hexBytes(hex), 32)).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
  });

  it('refuses an integer wider than the curve', () => {
    expect(() => ecdsaFromDer(ecdsaToDer(new Uint8Array(96).fill(1)), 32)).toThrow(/too long/);
  });
});

describe('DER pre-scan', () => {
  it('bounds depth, count and object identifiers', () => {
    let deep = derWrap(0x30, new Uint8Array());
    for (let i = 0; i < 30; i++) deep = derWrap(0x30, deep);
    expect(() => scanDer(deep)).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' }));
    expect(() =>
      scanDer(
        derWrap(
          0x30,
          new Uint8Array(30_000).map((_, i) => (i % 2 ? 0 : 5)),
        ),
      ),
    ).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' }));
    expect(() => scanDer(derWrap(0x06, new Uint8Array(129)))).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' }));
  });

  it('survives any bytes with a SignError or an answer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          expect(scanDer(bytes).end).toBe(bytes.byteLength);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_(MALFORMED|LIMIT)$/) });
        }
      }),
    );
  });
});
