import { failure } from '../failure.js';
import { errorOfForeignCipher } from '../inferred.js';
import type { KeyRecord } from '../keys/key-record.js';
import { specFacts } from '../keys/key-specs.js';
import { publicHalfOf } from '../keys/public-half.js';
import type { CipherInput, Encrypted } from './cipher-result.js';
import { isRsaCipher, rsaDecrypt, rsaEncrypt } from './rsa-cipher.js';
import { checkedTagLength, cipherFamily, secretDecrypt, secretEncrypt } from './secret-cipher.js';

/**
 * Refuses a cipher that is not for the key, and a tag that the cipher does not make.
 * @throws SignError with the TSB error 501 for an unknown name, 629, 624
 */
export function checkCipher(key: KeyRecord, name: string, tagLength: number): void {
  const { algorithm, family } = specFacts(key.spec);
  const rsa = isRsaCipher(name);
  if (!rsa && cipherFamily(name) === undefined) throw failure(501, 'cipherAlgorithm is not a known value');
  if (rsa ? family !== 'rsa' : algorithm !== cipherFamily(name))
    throw failure(errorOfForeignCipher, `${name} is not for keys of type ${key.spec}`);
  if (!rsa) checkedTagLength(name, tagLength);
  else if (tagLength !== 0) throw failure(624, `${name} makes no authentication tag`);
}

/** Encrypts with a key that {@link checkCipher} let through. @throws SignError with the TSB error 612 */
export function encryptWith(key: KeyRecord, name: string, payload: Uint8Array, input: Omit<CipherInput, 'iv'>): Encrypted {
  if (isRsaCipher(name)) return { ciphertext: rsaEncrypt(publicHalfOf(key), name, payload) };
  return secretEncrypt(key.privateKey, name, payload, input);
}

/** Decrypts likewise. @throws SignError with the TSB error 612, and the one for what cannot be decrypted */
export function decryptWith(key: KeyRecord, name: string, payload: Uint8Array, input: CipherInput): Uint8Array<ArrayBuffer> {
  if (isRsaCipher(name)) return rsaDecrypt(key.privateKey, name, payload);
  return secretDecrypt(key.privateKey, name, payload, input);
}
