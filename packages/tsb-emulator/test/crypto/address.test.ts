import { createPublicKey } from 'node:crypto';
import { hexBytes, hexText } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { addressBase } from '../../src/crypto/address.js';
import { privateKeyOf } from '../../src/crypto/raw-keys.js';

const one = hexBytes('01'.padStart(64, '0'));
const koblitz = createPublicKey(privateKeyOf('secp256k1', one));
const edwards = createPublicKey(
  privateKeyOf('ed25519', hexBytes('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60')),
);

describe('addresses', () => {
  it('are those that everybody knows of the private key 1', async () => {
    expect(hexText(await addressBase(koblitz, 'BTC'))).toBe('751e76e8199196d454941c45d1b3a323f1433bd6');
    expect(hexText(await addressBase(koblitz, 'ETH'))).toBe('7e5f4552091a69125d5dfcb7b8c2659029395bdf');
    expect(await addressBase(koblitz, 'XRP')).toEqual(await addressBase(koblitz, 'BTC'));
  });

  it('of Stellar is the key of RFC 8032 §7.1 itself', async () => {
    const publicKey = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
    expect(hexText(await addressBase(edwards, 'XLM'))).toBe(publicKey);
    expect((await addressBase(edwards, 'IOTA')).byteLength).toBe(32);
    expect((await addressBase(edwards, 'XRP')).byteLength).toBe(20);
  });

  it('of another curve are refused with 605', async () => {
    await expect(addressBase(edwards, 'ETH')).rejects.toMatchObject({ details: { upstreamCode: 605 } });
    await expect(addressBase(koblitz, 'XLM')).rejects.toMatchObject({ details: { upstreamCode: 605 } });
  });
});
