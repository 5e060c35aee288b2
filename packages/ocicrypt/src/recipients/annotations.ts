import { base64Bytes, base64Text, invalidArgument, SignError, sanitizeText } from '@securosys/core';
import type { PacketScheme } from './recipient.js';

/** What the names of all annotations with packets begin with (`ocicrypt.md` §4). */
export const keysPrefix = 'org.opencontainers.image.enc.keys.';

/** Packets of one scheme in one annotation. */
export const maxPackets = 64;
/** Largest packet in bytes: a packet with sixteen recipients has a tenth of it. */
export const maxPacketBytes = 64 * 1024;

const builtIn: readonly string[] = ['jwe', 'pkcs7', 'pkcs11'];

/**
 * The scheme of a provider by its name in `ocicrypt.conf`.
 * @throws SignError `ERR_INVALID_ARGUMENT` for a name that cannot stand in an annotation and on a command line alike
 */
export function providerScheme(name: string): PacketScheme {
  if (!/^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$/.test(name))
    invalidArgument('the name of a provider is made of a-z, 0-9, - and _, at most 64 of them');
  return `provider.${name}`;
}

/** Name of the annotation that holds the packets of a scheme. @throws SignError `ERR_INVALID_ARGUMENT` */
export function annotationName(scheme: PacketScheme): string {
  if (!builtIn.includes(scheme)) providerScheme(scheme.startsWith('provider.') ? scheme.slice('provider.'.length) : '');
  return keysPrefix + scheme;
}

/**
 * The packets in the value of an annotation: base64 with padding, joined by commas without spaces (`ocicrypt.md` §4).
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function readPackets(name: string, value: string): Uint8Array[] {
  const what = `annotation ${sanitizeText(name, 120)}`;
  if (value.length > maxPackets * (Math.ceil(maxPacketBytes / 3) * 4 + 1))
    throw new SignError('ERR_LIMIT', `${what} is too long`);
  const parts = value.split(',', maxPackets + 1);
  if (parts.length > maxPackets) throw new SignError('ERR_LIMIT', `${what} holds more than ${maxPackets} packets`);
  return parts.map((part) => {
    if (part === '') throw new SignError('ERR_MALFORMED', `${what} holds an empty packet`);
    const packet = base64Bytes(part, what);
    if (packet.byteLength > maxPacketBytes)
      throw new SignError('ERR_LIMIT', `${what} holds a packet of over ${maxPacketBytes} bytes`);
    return packet;
  });
}

/** Adds a packet to the annotations of a layer: a scheme that has packets keeps them (`ocicrypt.md` §8.5). */
export function addPacket(annotations: Record<string, string>, scheme: PacketScheme, packet: Uint8Array): void {
  const name = annotationName(scheme);
  const before = annotations[name];
  annotations[name] = before === undefined || before === '' ? base64Text(packet) : `${before},${base64Text(packet)}`;
}
