import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { scanDer } from '@securosys/core';
import { failure } from '../failure.js';

/**
 * A private key as PKCS#8, or an RSA one as PKCS#1 (`tsb-rest-api.md` §2.3).
 * @throws SignError with the TSB error 407
 */
export function readPrivateKey(der: Uint8Array): KeyObject {
  const key = Buffer.from(der);
  try {
    scanDer(der);
    try {
      return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    } catch {
      return createPrivateKey({ key, format: 'der', type: 'pkcs1' });
    }
  } catch {
    throw failure(407, 'the private key is not PKCS#8 in DER');
  }
}

/** @throws SignError with the TSB error 407 */
export function readPublicKey(der: Uint8Array): KeyObject {
  try {
    scanDer(der);
    return createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
  } catch {
    throw failure(407, 'the public key is not SubjectPublicKeyInfo in DER');
  }
}
