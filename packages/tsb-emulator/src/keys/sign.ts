import { constants, createHash, type KeyObject, privateEncrypt, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { base64urlBytes, concatBytes, ecdsaToDer, hexBytes, isMlDsaSpec, ownBytes } from '@securosys/core';
import { failure } from '../failure.js';
import { emsaPssEncode } from './emsa-pss.js';
import { type KeyType, specFacts } from './key-specs.js';
import { signMlDsa } from './ml-dsa.js';
import type { WireAlgorithm } from './signature-algorithms.js';

/** DER of DigestInfo up to the digest (RFC 8017 §9.2 note 1). */
export const digestInfo: Readonly<Record<string, string>> = {
  sha1: '3021300906052b0e03021a05000414',
  sha224: '302d300d06096086480165030402040500041c',
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

/** In Node's pool of threads: an emulator signs on every core, and answers other calls meanwhile. */
const signInPool = promisify(sign);

const modulusBytes = (spec: KeyType): number => (specFacts(spec).keySize ?? 0) / 8;

/** FIPS 204 §5.2. */
const longestContext = 255;

/**
 * Refuses a payload that cannot be the digest that the algorithm calls for, and a context that it does not have.
 * @throws SignError with the TSB error 612 or 600
 */
export function checkPayload(
  spec: KeyType,
  { family, hash, prehashed }: WireAlgorithm,
  payload: Uint8Array,
  context?: Uint8Array,
): void {
  const length = payload.byteLength;
  if (context !== undefined && (family !== 'ml-dsa' || context.byteLength > longestContext))
    throw failure(600, `a context is for ML-DSA, up to ${longestContext} bytes`);
  if (!prehashed) return;
  if (hash !== undefined && length !== createHash(hash).digest().byteLength)
    throw failure(612, `payload has to be a ${hash} digest`);
  if (hash === undefined && family === 'ecdsa' && (length < 20 || length > 64))
    throw failure(612, 'payload has to be a digest of 20 to 64 bytes');
  if (hash === undefined && family !== 'ecdsa' && length > modulusBytes(spec) - 11)
    throw failure(612, 'payload is too long for the key');
}

async function signRsa(
  key: KeyObject,
  spec: KeyType,
  { family, hash, prehashed }: WireAlgorithm,
  payload: Uint8Array,
): Promise<Uint8Array> {
  const pkcs1 = { key, padding: constants.RSA_PKCS1_PADDING };
  const pss = family === 'rsa-pss';
  if (!prehashed)
    return pss
      ? signInPool(hash, payload, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST })
      : signInPool(hash, payload, pkcs1);
  if (hash === undefined) return privateEncrypt(pkcs1, payload);
  if (!pss) return privateEncrypt(pkcs1, concatBytes(hexBytes(digestInfo[hash] as string), payload));
  const encoded = emsaPssEncode(hash, payload, modulusBytes(spec) * 8);
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
}

/** The curve of a key in the library that signs digests, which loads with the first such request. */
export async function nobleCurve(spec: KeyType) {
  if (spec === 'ec-secp256k1') return (await import('@noble/curves/secp256k1.js')).secp256k1;
  const { p256, p384, p521 } = await import('@noble/curves/nist.js');
  return spec === 'ec-p256' ? p256 : spec === 'ec-p384' ? p384 : p521;
}

/** r‖s over a digest; `node:crypto` always hashes first, hence the library. */
async function signDigestEcdsa(key: KeyObject, spec: KeyType, digest: Uint8Array): Promise<Uint8Array> {
  const curve = await nobleCurve(spec);
  const secret = base64urlBytes(key.export({ format: 'jwk' }).d as string, 'private key');
  return curve.sign(digest, secret, { prehash: false, lowS: false });
}

/**
 * Computes one signature as the wire gives it: RSA as long as the modulus; ECDSA as DER, or r‖s with `RAW`; Ed25519 64 bytes;
 * ML-DSA 2420, 3309 or 4627 bytes, over the context too if there is one.
 * @throws SignError with the TSB error 612
 */
export async function signPayload(
  key: KeyObject,
  spec: KeyType,
  algorithm: WireAlgorithm,
  payload: Uint8Array,
  signatureType: 'DER' | 'RAW',
  context?: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  checkPayload(spec, algorithm, payload);
  if (isMlDsaSpec(spec)) return signMlDsa(key, spec, payload, context);
  if (algorithm.family === 'ed25519') return ownBytes(await signInPool(null, payload, key));
  if (algorithm.family !== 'ecdsa') return ownBytes(await signRsa(key, spec, algorithm, payload));
  const raw = algorithm.prehashed
    ? await signDigestEcdsa(key, spec, payload)
    : await signInPool(algorithm.hash, payload, { key, dsaEncoding: 'ieee-p1363' });
  return signatureType === 'RAW' ? ownBytes(raw) : ecdsaToDer(raw);
}
