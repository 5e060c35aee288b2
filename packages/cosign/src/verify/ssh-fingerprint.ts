import type { KeyObject } from 'node:crypto';
import { base64Text, base64urlBytes, concatBytes, hashBytes, utf8Bytes } from '@securosys/core';

/** RFC 4251 §5 `string`: four bytes of length, then the bytes. */
function sshString(bytes: Uint8Array): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.byteLength);
  return concatBytes(length, bytes);
}

/** RFC 4251 §5 `mpint` of an unsigned number. */
function sshNumber(bytes: Uint8Array): Uint8Array {
  return sshString((bytes[0] as number) & 0x80 ? concatBytes(Uint8Array.of(0), bytes) : bytes);
}

const curves: Readonly<Record<string, string>> = { 'P-256': 'nistp256', 'P-384': 'nistp384', 'P-521': 'nistp521' };

/** The key in the encoding of SSH (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4). */
function sshKey(key: KeyObject): Uint8Array {
  const jwk = key.export({ format: 'jwk' });
  const part = (text: string | undefined) => base64urlBytes(text ?? '');
  if (jwk.kty === 'RSA') return concatBytes(sshString(utf8Bytes('ssh-rsa')), sshNumber(part(jwk.e)), sshNumber(part(jwk.n)));
  if (jwk.kty === 'OKP') return concatBytes(sshString(utf8Bytes('ssh-ed25519')), sshString(part(jwk.x)));
  const curve = utf8Bytes(curves[jwk.crv ?? ''] ?? '');
  const point = concatBytes(Uint8Array.of(4), part(jwk.x), part(jwk.y));
  return concatBytes(sshString(concatBytes(utf8Bytes('ecdsa-sha2-'), curve)), sshString(curve), sshString(point));
}

/** What cosign takes for the `keyid` of an envelope in a bundle (`cosign.md` §6.4): `SHA256:` and unpadded base64, as OpenSSH prints it. */
export function sshFingerprint(key: KeyObject): string {
  return `SHA256:${base64Text(hashBytes('sha256', sshKey(key))).replace(/=+$/, '')}`;
}
