import { constants, createPublicKey, type KeyObject, publicDecrypt, verify } from 'node:crypto';
import {
  base64urlBytes,
  concatBytes,
  ecdsaFromDer,
  equalBytes,
  hexBytes,
  hexText,
  loadMlDsa,
  mlDsaPublicKey,
} from '@securosys/core';
import { emsaPssVerifies } from './emsa-pss.js';
import type { KeyType } from './key-specs.js';
import { digestInfo, nobleCurve } from './sign.js';
import type { WireAlgorithm } from './signature-algorithms.js';

/** A signature to be checked. */
export interface SignatureToCheck {
  readonly spec: KeyType;
  /** SubjectPublicKeyInfo DER. */
  readonly spki: Uint8Array;
  readonly algorithm: WireAlgorithm;
  /** The message, or its digest where the algorithm says so. */
  readonly payload: Uint8Array;
  /** ECDSA as DER or r‖s: the call does not say which (`tsb-rest-api.md` §2.4). */
  readonly signature: Uint8Array;
}

function verifyRsa(key: KeyObject, { algorithm: { family, hash, prehashed }, payload, signature }: SignatureToCheck): boolean {
  const pss = family === 'rsa-pss';
  if (!prehashed) {
    const padding = pss ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
    return verify(hash, payload, { key, padding, ...(pss && { saltLength: constants.RSA_PSS_SALTLEN_DIGEST }) }, signature);
  }
  if (pss) {
    const encoded = publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature);
    return emsaPssVerifies(hash ?? '', payload, encoded);
  }
  const signed = hash === undefined ? payload : concatBytes(hexBytes(digestInfo[hash] as string), payload);
  return equalBytes(publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature), signed);
}

async function verifyDigestEcdsa({ spec, payload, signature }: SignatureToCheck, key: KeyObject): Promise<boolean> {
  const curve = await nobleCurve(spec);
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const point = curve.Point.fromAffine({ x: numberOf(x), y: numberOf(y) }).toBytes();
  const width = curve.lengths.signature ?? 0;
  const raw = signature.byteLength === width ? signature : ecdsaFromDer(signature, width / 2);
  return curve.verify(raw, payload, point, { prehash: false, lowS: false });
}

const numberOf = (base64url: string): bigint => BigInt(`0x${hexText(base64urlBytes(base64url))}`);

async function check(asked: SignatureToCheck): Promise<boolean> {
  const { algorithm, payload, signature, spki } = asked;
  if (algorithm.family === 'ml-dsa') {
    const publicKey = mlDsaPublicKey(spki);
    return publicKey !== undefined && (await loadMlDsa()).verify(publicKey, payload, signature);
  }
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  if (algorithm.family === 'ed25519') return verify(null, payload, key, signature);
  if (algorithm.family !== 'ecdsa') return verifyRsa(key, asked);
  if (algorithm.prehashed) return verifyDigestEcdsa(asked, key);
  const encodings = ['ieee-p1363', 'der'] as const;
  return encodings.some((dsaEncoding) => verify(algorithm.hash, payload, { key, dsaEncoding }, signature));
}

/** Whether the signature holds; `false` also for bytes that are no signature at all. */
export async function signatureHolds(asked: SignatureToCheck): Promise<boolean> {
  try {
    return await check(asked);
  } catch {
    return false;
  }
}
