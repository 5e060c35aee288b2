import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { hexBytes, hexText } from '@securosys/core';
import { describe, expect, test } from 'vitest';
import { CKA, CKK } from '../../src/cryptoki/attributes.js';
import { type Curve, curveByParams, curveBySpec } from '../../src/keys/curves.js';
import { decodeEcPoint, encodeEcPoint, pointSpki } from '../../src/keys/ec-point.js';
import { publicKeyOfAttributes } from '../../src/keys/public-half.js';
import { ulongBytes } from '../../src/token/ulong.js';

// SEC 2 base points (G) of each curve, and RFC 8032 §7.1 and §7.4 (first public keys): points that are on their curves and that we did
// not make.
const points: readonly (readonly [string, string, string])[] = [
  [
    'P-256',
    '06082a8648ce3d030107',
    '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
  ],
  [
    'P-384',
    '06052b81040022',
    '04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab73617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f',
  ],
  [
    'P-521',
    '06052b81040023',
    '0400c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650',
  ],
  ['Ed25519', '06032b6570', 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'],
  [
    'Ed448',
    '06032b6571',
    '5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783df1e50f6cd1fa1abeafe8256180',
  ],
];

/** Headers by hand: `pkcs11.md` §3 names those of P-256, P-521 and Ed25519. */
const headers: Readonly<Record<string, { octet: string; bits: string }>> = {
  'P-256': { octet: '0441', bits: '034200' },
  'P-384': { octet: '0461', bits: '036200' },
  'P-521': { octet: '048185', bits: '03818600' },
  Ed25519: { octet: '0420', bits: '032100' },
  Ed448: { octet: '0439', bits: '033a00' },
};

function curve(params: string): Curve {
  return curveByParams(hexBytes(params)) as Curve;
}

function attributes(keyType: number, params: string, point: string): Map<number, Uint8Array> {
  return new Map([
    [CKA.KEY_TYPE, ulongBytes([keyType], 8)],
    [CKA.EC_PARAMS, hexBytes(params)],
    [CKA.EC_POINT, hexBytes(point)],
  ]);
}

describe.each(points)('a point on %s', (name, params, raw) => {
  const { octet, bits } = headers[name] as { octet: string; bits: string };

  test.each([
    ['raw', raw],
    ['in an OCTET STRING', octet + raw],
    ['in a BIT STRING', bits + raw],
  ])('%s is the same key', (_, value) => {
    expect(hexText(decodeEcPoint(hexBytes(value), curve(params)))).toBe(raw);
    const key = publicKeyOfAttributes(attributes(curve(params).keyType, params, value));
    const spki = key?.export({ format: 'der', type: 'spki' });
    expect(spki && hexText(spki).endsWith(raw)).toBe(true);
    expect(spki?.equals(pointSpki(hexBytes(raw), curve(params)))).toBe(true);
  });

  test.each([
    ['a byte short', raw.slice(0, -2)],
    ['a byte long', `${raw}00`],
    ['empty', ''],
    ['with a length that is not the point', `${octet.slice(0, -2)}00${raw}`],
    ['in another type', `02${octet.slice(2)}${raw}`],
    ['with unused bits', `${bits.slice(0, -2)}01${raw}`],
  ])('%s is refused', (_, value) => {
    expect(() => decodeEcPoint(hexBytes(value), curve(params))).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
    expect(publicKeyOfAttributes(attributes(curve(params).keyType, params, value))).toBeUndefined();
  });

  test('is written as an OCTET STRING', () => {
    expect(hexText(encodeEcPoint(hexBytes(raw)))).toBe(octet + raw);
  });
});

test('a point beside its curve, compressed, or on another curve is no key', () => {
  const [, params, raw] = points[0] as (typeof points)[number];
  const beside = `${raw.slice(0, -2)}f6`;
  expect(publicKeyOfAttributes(attributes(CKK.EC, params, beside))).toBeUndefined();
  expect(publicKeyOfAttributes(attributes(CKK.EC, params, `03${raw.slice(2, 66)}`))).toBeUndefined();
  expect(publicKeyOfAttributes(attributes(CKK.EC, '06052b8104000a', raw))).toBeUndefined();
});

test('a curve that no format uses is a key without a spec', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const point = hexText(spki.subarray(-65));
  expect(
    publicKeyOfAttributes(attributes(CKK.EC, '06052b8104000a', point))?.equals(
      createPublicKey(publicKey.export({ format: 'pem', type: 'spki' })),
    ),
  ).toBe(true);
});

test('Ed25519 is known by its OID and by its name, and with the key type of modules before PKCS#11 3.0', () => {
  const raw = points[3]?.[2] as string;
  const printable = '130c656477617264733235353139';
  expect(curveByParams(hexBytes(printable))?.spec).toBe('ed25519');
  expect(hexText(curveBySpec('ed25519')?.printable as Uint8Array)).toBe(printable);
  for (const [keyType, params] of [
    [CKK.EC_EDWARDS, printable],
    [CKK.EC, '06032b6570'],
  ] as const)
    expect(publicKeyOfAttributes(attributes(keyType, params, raw))?.asymmetricKeyType).toBe('ed25519');
});
