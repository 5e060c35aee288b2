import type { KeyObject } from 'node:crypto';
import { base64urlText, nodeCrypto, publicKeyFromSpki, SignError } from '@securosys/core';
import { CKA, CKK } from '../cryptoki/attributes.js';
import type { Attributes } from '../token/token-calls.js';
import { curveByParams } from './curves.js';
import { decodeEcPoint, pointSpki } from './ec-point.js';
import { bytesOf, magnitude, ulongOf } from './values.js';

/** What is not usable is left out instead of making everything beside it unusable; other errors are errors. */
function unlessMalformed(read: () => KeyObject): KeyObject | undefined {
  try {
    return read();
  } catch (error) {
    if (SignError.is(error, 'ERR_MALFORMED')) return undefined;
    throw error;
  }
}

/** An RSA public key of its two numbers, big-endian, leading zeros or not. */
export function rsaPublicKey(modulus: Uint8Array, exponent: Uint8Array): KeyObject | undefined {
  const numbers = { kty: 'RSA', n: base64urlText(magnitude(modulus)), e: base64urlText(magnitude(exponent)) };
  return unlessMalformed(() => {
    try {
      return nodeCrypto().createPublicKey({ key: numbers, format: 'jwk' });
    } catch (cause) {
      throw new SignError('ERR_MALFORMED', 'modulus and exponent are no RSA public key', { cause });
    }
  });
}

/**
 * The public key in the attributes of one object: modulus and exponent, or curve and point, for a public key and for private keys
 * that have both; imported by `node:crypto`, which refuses a point that is not on its curve.
 */
export function publicKeyOfAttributes(attributes: Attributes): KeyObject | undefined {
  const keyType = ulongOf(attributes, CKA.KEY_TYPE);
  if (keyType === CKK.RSA) {
    const modulus = bytesOf(attributes, CKA.MODULUS);
    const exponent = bytesOf(attributes, CKA.PUBLIC_EXPONENT);
    return modulus && exponent && rsaPublicKey(modulus, exponent);
  }
  const params = bytesOf(attributes, CKA.EC_PARAMS);
  const point = bytesOf(attributes, CKA.EC_POINT);
  const curve = params && curveByParams(params);
  // SoftHSM and others gave keys on Edwards curves CKK_EC before PKCS#11 3.0: the curve says what the key is.
  if (!point || !curve || (keyType !== curve.keyType && keyType !== CKK.EC)) return undefined;
  return unlessMalformed(() => publicKeyFromSpki(pointSpki(decodeEcPoint(point, curve), curve)));
}

/** CKA_PUBLIC_KEY_INFO, where it is not empty (SoftHSM has an empty one). */
export function publicKeyOfInfo(attributes: Attributes): KeyObject | undefined {
  const info = bytesOf(attributes, CKA.PUBLIC_KEY_INFO);
  return info && unlessMalformed(() => publicKeyFromSpki(info));
}
