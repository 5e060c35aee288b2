import { concatBytes, ownBytes, SignError } from '@securosys/core';
import { maxRequestBytes } from '../provider/request.js';

/** Field 1, length-delimited: the only field of both messages (`ocicrypt.md` §7.3). */
const key = 0x0a;

const malformed = (): never => {
  throw new SignError('ERR_MALFORMED', 'the message is not one of the key provider service');
};

/** Encodes the one `bytes` field of a message. */
export function encodeMessage(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const length: number[] = [];
  let rest = bytes.byteLength;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) length.push((rest & 0x7f) | 0x80);
  length.push(rest);
  return concatBytes(Uint8Array.of(key, ...length), bytes);
}

/** The one `bytes` field of a message. @throws SignError `ERR_MALFORMED`, `ERR_LIMIT` */
export function decodeMessage(message: Uint8Array): Uint8Array<ArrayBuffer> {
  if (message.byteLength > maxRequestBytes + 8) throw new SignError('ERR_LIMIT', `the message is over ${maxRequestBytes} bytes`);
  if (message[0] !== key) return malformed();
  let length = 0;
  let at = 1;
  for (let shift = 1; ; shift *= 0x80) {
    const byte = message[at++];
    if (byte === undefined || at > 5) return malformed();
    length += (byte & 0x7f) * shift;
    if (byte < 0x80) break;
  }
  return message.byteLength - at === length ? ownBytes(message.subarray(at)) : malformed();
}
