import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { concatBytes, hexBytes } from '@securosys/core';
import { failure } from '../failure.js';

/** RFC 3394 §2.2.3.1 and RFC 5649 §3. */
const initial = { wrap: hexBytes('a6a6a6a6a6a6a6a6'), 'wrap-pad': hexBytes('a65959a6') } as const;

/** AES key wrap: `wrap` (RFC 3394) for multiples of 8 bytes, 16 at least; `wrap-pad` (RFC 5649) for any. */
export type AesWrap = keyof typeof initial;

const cipherName = (key: KeyObject, method: AesWrap): string => `id-aes${(key.symmetricKeySize ?? 0) * 8}-${method}`;

/** @throws SignError with the TSB error 701 for bytes that RFC 3394 cannot wrap */
export function aesWrap(key: KeyObject, method: AesWrap, plain: Uint8Array): Uint8Array<ArrayBuffer> {
  if (method === 'wrap' && (plain.byteLength % 8 !== 0 || plain.byteLength < 16))
    throw failure(701, 'AES_WRAP wraps multiples of 8 bytes, 16 at least');
  const cipher = createCipheriv(cipherName(key, method), key, initial[method]);
  return concatBytes(cipher.update(plain), cipher.final());
}

/** @throws SignError with the TSB error 701 when the check value is wrong */
export function aesUnwrap(key: KeyObject, method: AesWrap, wrapped: Uint8Array): Uint8Array<ArrayBuffer> {
  try {
    const decipher = createDecipheriv(cipherName(key, method), key, initial[method]);
    return concatBytes(decipher.update(wrapped), decipher.final());
  } catch {
    throw failure(701, 'Error unwrapping key');
  }
}
