import type { CipherGCMTypes } from 'node:crypto';
import { concatBytes, equalBytes, nodeCrypto, ownBytes } from '@securosys/core';
import type { JweEncryption } from './algorithms.js';

/** The encrypted part of a JWE. */
export interface JweContent {
  readonly encryption: JweEncryption;
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
  /** ASCII of the protected header as it stands in the JWE. */
  readonly aad: Uint8Array;
}

function openGcm({ encryption, iv, ciphertext, tag, aad }: JweContent, key: Uint8Array): Uint8Array<ArrayBuffer> {
  const name = `aes-${encryption.keyBytes * 8}-gcm` as CipherGCMTypes;
  const decipher = nodeCrypto().createDecipheriv(name, key, iv, { authTagLength: 16 });
  decipher.setAAD(aad).setAuthTag(tag);
  return ownBytes(Buffer.concat([decipher.update(ciphertext), decipher.final()]));
}

/** RFC 7518 §5.2.2: the MAC is checked before anything is decrypted. */
function openCbc({ encryption, iv, ciphertext, tag, aad }: JweContent, key: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const half = encryption.keyBytes / 2;
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(aad.byteLength) * 8n);
  const mac = nodeCrypto()
    .createHmac(`sha${half * 16}`, key.subarray(0, half))
    .update(concatBytes(aad, iv, ciphertext, length))
    .digest();
  if (!equalBytes(mac.subarray(0, half), tag)) return undefined;
  const decipher = nodeCrypto().createDecipheriv(`aes-${half * 8}-cbc`, key.subarray(half), iv);
  return ownBytes(Buffer.concat([decipher.update(ciphertext), decipher.final()]));
}

/** The plaintext of a JWE; `undefined` when the key is not the one, or a byte is not. */
export function openContent(content: JweContent, key: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  if (key.byteLength !== content.encryption.keyBytes) return undefined;
  try {
    return content.encryption.mode === 'gcm' ? openGcm(content, key) : openCbc(content, key);
  } catch {
    return undefined; // a tag that does not fit and a padding that does not are one failure (S16)
  }
}
