import { createHash, type KeyObject } from 'node:crypto';
import { base64urlBytes, concatBytes, ownBytes } from '@securosys/core';
import { failure } from '../failure.js';

/** Currencies of §2.2. */
export type AddressFormat = 'BTC' | 'ETH' | 'XLM' | 'XRP' | 'IOTA';

const hash = (name: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> => ownBytes(createHash(name).update(bytes).digest());
const hash160 = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => hash('ripemd160', hash('sha256', bytes));

function pointOf(key: KeyObject): { x: Uint8Array; y: Uint8Array } {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return { x: base64urlBytes(x), y: base64urlBytes(y) };
}

function compressed(key: KeyObject): Uint8Array {
  const { x, y } = pointOf(key);
  return concatBytes(Uint8Array.of(((y.at(-1) ?? 0) & 1) + 2), x);
}

const edPoint = (key: KeyObject): Uint8Array<ArrayBuffer> => base64urlBytes(key.export({ format: 'jwk' }).x ?? '');

/**
 * What a currency's address is made of, without prefix and check sum (`tsb-rest-api.md` §2.3): 20 bytes for BTC, ETH and XRP, 32
 * for XLM and IOTA.
 * @param key public key on secp256k1 or Ed25519
 * @throws SignError with the TSB error 605 for a currency whose keys are of another type
 */
export async function addressBase(key: KeyObject, format: AddressFormat): Promise<Uint8Array<ArrayBuffer>> {
  const ed = key.asymmetricKeyType === 'ed25519';
  const koblitz = key.asymmetricKeyDetails?.namedCurve === 'secp256k1';
  if (format === 'BTC' && koblitz) return hash160(compressed(key));
  if (format === 'XRP' && koblitz) return hash160(compressed(key));
  if (format === 'XRP' && ed) return hash160(concatBytes(Uint8Array.of(0xed), edPoint(key)));
  if (format === 'XLM' && ed) return edPoint(key);
  if (format === 'ETH' && koblitz) {
    const { keccak_256 } = await import('@noble/hashes/sha3.js');
    const { x, y } = pointOf(key);
    return ownBytes(keccak_256(concatBytes(x, y)).subarray(12));
  }
  if (format === 'IOTA' && ed) {
    const { blake2b } = await import('@noble/hashes/blake2.js');
    return ownBytes(blake2b(edPoint(key), { dkLen: 32 }));
  }
  throw failure(605, `${format} has no addresses for keys of this type`);
}
