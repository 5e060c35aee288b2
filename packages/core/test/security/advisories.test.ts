import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concatBytes, utf8Bytes, verifySignature } from '../../src/index.js';

const message = utf8Bytes('message');

/** Order of the base point of Ed25519 (RFC 8032 §5.1): 2^252 + 27742317777372353535851937790883648493. */
const order = 2n ** 252n + 27742317777372353535851937790883648493n;
const toLittleEndian = (value: bigint) => Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
const fromLittleEndian = (bytes: Uint8Array) => bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);

describe('mistakes of others', () => {
  it('GHSA-q67f-28xg-22rw node-forge: an Ed25519 signature whose S is not below the group order is no second form of a good one', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const good = Uint8Array.from(sign(null, message, privateKey));
    expect(verifySignature(publicKey, 'ed25519', message, good)).toBe(true);
    const shifted = toLittleEndian(fromLittleEndian(good.subarray(32)) + order);
    expect(verifySignature(publicKey, 'ed25519', message, concatBytes(good.subarray(0, 32), shifted))).toBe(false);
  });

  it.each(['P-256', 'P-384', 'P-521'])('CVE-2022-21449 Java: r = s = 0 signs nothing on %s', (namedCurve) => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve });
    const width = { 'P-256': 64, 'P-384': 96, 'P-521': 132 }[namedCurve] as number;
    const algorithm = ({ 'P-256': 'ecdsa-sha256', 'P-384': 'ecdsa-sha384', 'P-521': 'ecdsa-sha512' } as const)[
      namedCurve as 'P-256'
    ];
    expect(verifySignature(publicKey, algorithm, message, new Uint8Array(width))).toBe(false);
  });

  it('CVE-2022-24771, CVE-2022-24773 node-forge: an RSA key with exponent 3, for which lax padding can be forged, is no key here', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 });
    const signature = Uint8Array.from(sign('sha256', message, privateKey));
    expect(verifySignature(createPublicKey(privateKey), 'rsa-pkcs1-sha256', message, signature)).toBe(false);
  });
});
