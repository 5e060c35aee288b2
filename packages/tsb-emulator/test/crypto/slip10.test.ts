import { createPublicKey } from 'node:crypto';
import { hexBytes, hexText, spkiOf } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { parseDerivationPath } from '../../src/crypto/derivation-path.js';
import { privateKeyOf, secretOf } from '../../src/crypto/raw-keys.js';
import { compressedPoint, type DerivableCurve, derivedKey, masterKey } from '../../src/crypto/slip10.js';

const seed1 = '000102030405060708090a0b0c0d0e0f';
const seed2 =
  'fffcf9f6f3f0edeae7e4e1dedbd8d5d2cfccc9c6c3c0bdbab7b4b1aeaba8a5a29f9c999693908d8a8784817e7b7875726f6c696663605d5a5754514e4b484542';

/** Test vectors of SLIP-0010; those on secp256k1 are BIP32's. Chain code, private key, public key. */
const vectors: readonly (readonly [DerivableCurve, string, string, string, string, string])[] = [
  [
    'secp256k1',
    seed1,
    '',
    '873dff81c02f525623fd1fe5167eac3a55a049de3d314bb42ee227ffed37d508',
    'e8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35',
    '0339a36013301597daef41fbe593a02cc513d0b55527ec2df1050e2e8ff49c85c2',
  ],
  [
    'secp256k1',
    seed1,
    "0'/1/2'/2/1000000000",
    'c783e67b921d2beb8f6b389cc646d7263b4145701dadd2161548a8b078e65e9e',
    '471b76e389e528d6de6d816857e012c5455051cad6660850e58372a6c3e6e7c8',
    '022a471424da5e657499d1ff51cb43c47481a03b1e77f951fe64cec9f5a48f7011',
  ],
  [
    'prime256v1',
    seed1,
    '',
    'beeb672fe4621673f722f38529c07392fecaa61015c80c34f29ce8b41b3cb6ea',
    '612091aaa12e22dd2abef664f8a01a82cae99ad7441b7ef8110424915c268bc2',
    '0266874dc6ade47b3ecd096745ca09bcd29638dd52c2c12117b11ed3e458cfa9e8',
  ],
  [
    'prime256v1',
    seed1,
    "0'/1/2'/2/1000000000",
    'b9b7b82d326bb9cb5b5b121066feea4eb93d5241103c9e7a18aad40f1dde8059',
    '21c4f269ef0a5fd1badf47eeacebeeaa3de22eb8e5b0adcd0f27dd99d34d0119',
    '02216cd26d31147f72427a453c443ed2cde8a1e53c9cc44e5ddf739725413fe3f4',
  ],
  [
    'prime256v1',
    seed1,
    "28578'/33941",
    '9e87fe95031f14736774cd82f25fd885065cb7c358c1edf813c72af535e83071',
    '092154eed4af83e078ff9b84322015aefe5769e31270f62c3f66c33888335f3a',
    '0235bfee614c0d5b2cae260000bb1d0d84b270099ad790022c1ae0b2e782efe120',
  ],
  [
    'prime256v1',
    'a7305bc8df8d0951f0cb224c0e95d7707cbdf2c6ce7e8d481fec69c7ff5e9446',
    '',
    '7762f9729fed06121fd13f326884c82f59aa95c57ac492ce8c9654e60efd130c',
    '3b8c18469a4634517d6d0b65448f8e6c62091b45540a1743c5846be55d47d88f',
    '0383619fadcde31063d8c5cb00dbfe1713f3e6fa169d8541a798752a1c1ca0cb20',
  ],
  [
    'ed25519',
    seed1,
    '',
    '90046a93de5380a72b5e45010748567d5ea02bbf6522f979e05c0d8d8ca9fffb',
    '2b4be7f19ee27bbf30c667b642d5f4aa69fd169872f8fc3059c08ebae2eb19e7',
    '00a4b2856bfec510abab89753fac1ac0e1112364e7d250545963f135f2a33188ed',
  ],
  [
    'ed25519',
    seed2,
    "0'/2147483647'/1'/2147483646'/2'",
    '5d70af781f3a37b829f0d060924d5e960bdc02e85423494afc0b1a41bbe196d4',
    '551d333177df541ad876a60ea71f00447931c0a9da16f227c11ea080d7391b8d',
    '0047150c75db263559a70d5778bf36abbab30fb061ad69f69ece61a72b0cfa4fc0',
  ],
];

const publicOf = (curve: DerivableCurve, secret: Uint8Array) =>
  curve === 'ed25519'
    ? `00${hexText(spkiOf(createPublicKey(privateKeyOf(curve, secret))).slice(-32))}`
    : hexText(compressedPoint(curve, secret));

describe('derivation (SLIP-0010, BIP32)', () => {
  it.each(vectors)('%s, seed %s, path %s', (curve, seed, path, chainCode, secret, publicKey) => {
    const steps = path === '' ? [] : parseDerivationPath(path);
    const key = derivedKey(masterKey(curve, hexBytes(seed)), steps);
    expect([hexText(key.chainCode), hexText(key.secret), publicOf(curve, key.secret)]).toEqual([chainCode, secret, publicKey]);
    expect(hexText(secretOf(privateKeyOf(curve, key.secret)))).toBe(secret);
  });

  it('has hardened steps only on Ed25519', () => {
    expect(() => derivedKey(masterKey('ed25519', hexBytes(seed1)), parseDerivationPath("0'/1"))).toThrow('hardened');
  });

  it.each(['', '/0', "0''", '-1', '01', '2147483648', 'a', '0/', '1h'])('refuses the path "%s" with 610', (path) => {
    expect(() => parseDerivationPath(path)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ upstreamCode: 610 }) }),
    );
  });
});
