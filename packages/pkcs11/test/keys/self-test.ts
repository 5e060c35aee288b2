import type { KeyObject } from 'node:crypto';
import { concatBytes, hashBytes, hexBytes, SignError, verifySignature } from '@securosys/core';
import { CKM } from '../../src/cryptoki/mechanisms.js';
import type { SelfTest } from '../../src/keys/check-new-key.js';
import type { TokenKey } from '../../src/keys/token-key.js';
import type { TokenCalls } from '../../src/token/token-calls.js';

const message = new TextEncoder().encode('a self test');

/** Signs with whatever fits the key, as the backend would; other purposes are its business. */
export async function signSomething(calls: TokenCalls, key: TokenKey): Promise<Uint8Array> {
  const digest = hashBytes('sha256', message);
  if (key.spec === 'ed25519') return calls.sign(key.handle, { type: CKM.EDDSA }, message, 64);
  if (key.spec?.startsWith('ec-')) return calls.sign(key.handle, { type: CKM.ECDSA }, digest, 132);
  const info = concatBytes(hexBytes('3031300d060960864801650304020105000420'), digest);
  return calls.sign(key.handle, { type: CKM.RSA_PKCS }, info, 512);
}

export function verifies(publicKey: KeyObject, key: TokenKey, signature: Uint8Array): boolean {
  const algorithm = key.spec === 'ed25519' ? 'ed25519' : key.spec?.startsWith('ec-') ? 'ecdsa-sha256' : 'rsa-pkcs1-sha256';
  return verifySignature(publicKey, algorithm, message, signature);
}

/** A self test that signs and verifies. */
export function selfTestOf(calls: TokenCalls): SelfTest {
  return async (key, purpose) => {
    if (purpose !== 'sign') return;
    const signature = await signSomething(calls, key);
    if (!verifies(key.publicKey, key, signature)) throw new SignError('ERR_SIGNATURE_MISMATCH', 'self test failed');
  };
}
