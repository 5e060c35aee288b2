import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { base64urlText, hexBytes, keySpecOf, verifySignature } from '../../src/index.js';

/** A key of 3072 bits with any exponent: verifying needs no primes. */
function keyWith(exponent: bigint) {
  const modulus = new Uint8Array(384).fill(0xc5);
  const hex = exponent.toString(16);
  const e = base64urlText(hexBytes(hex.padStart(hex.length + (hex.length % 2), '0')));
  return createPublicKey({ key: { kty: 'RSA', n: base64urlText(modulus), e }, format: 'jwk' });
}

describe('public exponents of RSA', () => {
  it.each([
    ['3', 3n],
    ['65535', 65_535n],
    ['65538, which is even', 65_538n],
    ['one over 256 bits', 2n ** 256n + 1n],
    ['one as long as the modulus, for which OpenSSL takes 90 times as long', 2n ** 3_000n + 1n],
  ])('%s makes no key', (_, exponent) => {
    const key = keyWith(exponent);
    expect(keySpecOf(key)).toBeUndefined();
    expect(verifySignature(key, 'rsa-pss-sha384', new Uint8Array(1), new Uint8Array(384))).toBe(false);
  });

  it.each([65_537n, 2n ** 64n + 13n, 2n ** 256n - 1n])('%i is an exponent by FIPS 186-5', (exponent) => {
    expect(keySpecOf(keyWith(exponent))).toBe('rsa-3072');
  });
});
