import { nodeCrypto, ownBytes } from '@securosys/core';
import { type Packet, type PacketHeader, packetAad } from './packet.js';

/** Bytes of a content key: AES-256. */
export const contentKeyBytes = 32;

/** Encrypts the private options of one layer under the content key, bound to what the packet says of its keys. */
export function sealPacket(header: PacketHeader, contentKey: Uint8Array, optsdata: Uint8Array): Packet {
  const { createCipheriv, randomBytes } = nodeCrypto();
  const iv = ownBytes(randomBytes(12));
  const cipher = createCipheriv('aes-256-gcm', contentKey, iv, { authTagLength: 16 });
  cipher.setAAD(packetAad(header));
  const ciphertext = ownBytes(Buffer.concat([cipher.update(optsdata), cipher.final()]));
  return { kek: header.kek, iv, ciphertext, tag: ownBytes(cipher.getAuthTag()) };
}

/** The private options; `undefined` when this is not the content key or a byte was changed. */
export function openPacket(packet: Packet, contentKey: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  if (contentKey.byteLength !== contentKeyBytes) return undefined;
  try {
    const decipher = nodeCrypto().createDecipheriv('aes-256-gcm', contentKey, packet.iv, { authTagLength: 16 });
    decipher.setAAD(packetAad(packet)).setAuthTag(packet.tag);
    return ownBytes(Buffer.concat([decipher.update(packet.ciphertext), decipher.final()]));
  } catch {
    return undefined; // the tag does not fit, which is all that can be said (S16)
  }
}
