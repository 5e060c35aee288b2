import { concatBytes, ownBytes, utf8Bytes, utf8Text } from '@securosys/core';
import { malformed } from '../fields.js';

const text = (value: string) => utf8Bytes(value);

/** The bytes that a DSSE envelope signs (`cosign.md` §5.2): `DSSEv1 len type len body`, lengths in bytes, decimal. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const type = utf8Bytes(payloadType);
  return concatBytes(text(`DSSEv1 ${type.byteLength} `), type, text(` ${payload.byteLength} `), payload);
}

/** What a pre-authentication encoding is made of. */
export interface PreAuthContents {
  readonly payloadType: string;
  readonly payload: Uint8Array;
}

/**
 * Takes a pre-authentication encoding apart. There is one encoding only for any contents: lengths without leading zeros, nothing behind.
 * @throws SignError `ERR_MALFORMED`
 */
export function readPreAuthEncoding(bytes: Uint8Array): PreAuthContents {
  const what = 'DSSE pre-authentication encoding';
  let at = 0;
  const token = (): string => {
    const end = bytes.subarray(at, at + 24).indexOf(0x20);
    if (end < 0) malformed(what, 'it is cut off');
    const found = Buffer.from(bytes.subarray(at, at + end)).toString('latin1');
    at += end + 1;
    return found;
  };
  const length = (): number => {
    const digits = token();
    return /^(?:0|[1-9][0-9]{0,14})$/.test(digits) ? Number(digits) : malformed(what, 'a length is none');
  };
  if (token() !== 'DSSEv1') malformed(what, 'it is of another version');
  const typeBytes = length();
  if (at + typeBytes > bytes.byteLength) malformed(what, 'it is cut off');
  const payloadType = utf8Text(bytes.subarray(at, at + typeBytes), 'payload type');
  at += typeBytes;
  if (bytes[at++] !== 0x20) malformed(what, 'a length is wrong');
  const payloadBytes = length();
  if (at + payloadBytes !== bytes.byteLength) malformed(what, 'a length is wrong');
  return { payloadType, payload: ownBytes(bytes.subarray(at)) };
}
