import { concatBytes, derChildren, derWrap, ownBytes, readDer, SignError, scanDer } from '@securosys/core';
import { element, FrameReader, frame, textElement, u64Element } from './tlv.js';

const usePayload = 0x1057;
const modifyPayload = 0x1058;
const secondsType = 0x0107;
const nameType = 0x1002;

/** What is decided on: bytes to use a key on, or the frame of new rules; absent for block and unblock. */
export type ChallengePayload =
  | { readonly kind: 'use'; readonly bytes: Uint8Array }
  | { readonly kind: 'modify'; readonly bytes: Uint8Array };

/** The HSM's own statement of when it saw which payload (level 4 `timestamp`, `tsb-rest-api.md` §5.4). */
export interface HsmTimestamp {
  readonly payload?: ChallengePayload;
  /** Seconds since 1970-01-01T00:00:00Z. */
  readonly seconds: number;
  /** Name of the HSM's timestamp key. */
  readonly keyName: string;
}

/** The payload element, shared by timestamp and challenge. Module-internal. */
export function payloadElement(payload: ChallengePayload | undefined): Uint8Array {
  return payload ? element(payload.kind === 'use' ? usePayload : modifyPayload, payload.bytes) : new Uint8Array(0);
}

/** Reads a payload element if one is next. Module-internal. */
export function readPayload(reader: FrameReader): ChallengePayload | undefined {
  if (reader.peek() === usePayload) return { kind: 'use', bytes: reader.bytes(usePayload) };
  if (reader.peek() === modifyPayload) return { kind: 'modify', bytes: reader.bytes(modifyPayload) };
  return undefined;
}

/** The complete bytes that the HSM's timestamp key signs (SHA256withECDSA), frame length included. */
export function encodeHsmTimestamp(timestamp: HsmTimestamp): Uint8Array<ArrayBuffer> {
  const { payload, seconds, keyName } = timestamp;
  return frame(payloadElement(payload), u64Element(secondsType, seconds), textElement(nameType, keyName));
}

/**
 * Reads a level-4 timestamp strictly.
 * @throws SignError `ERR_MALFORMED`
 */
export function decodeHsmTimestamp(bytes: Uint8Array): HsmTimestamp {
  const reader = new FrameReader(bytes, 'HSM timestamp');
  const payload = readPayload(reader);
  const seconds = reader.u64(secondsType);
  const keyName = reader.text(nameType);
  reader.end();
  return { ...(payload && { payload }), seconds, keyName };
}

/** `AlgorithmIdentifier { ecdsa-with-SHA256 (1.2.840.10045.4.3.2), NULL }` */
const ecdsaWithSha256 = Uint8Array.of(0x30, 0x0c, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02, 0x05, 0x00);

/** Wraps a DER ECDSA signature as challenges carry it: `SEQUENCE { AlgorithmIdentifier, BIT STRING }`. */
export function wrapTimestampSignature(signature: Uint8Array): Uint8Array<ArrayBuffer> {
  return derWrap(0x30, concatBytes(ecdsaWithSha256, derWrap(0x03, concatBytes(Uint8Array.of(0), signature))));
}

/**
 * The DER ECDSA signature inside that wrapping.
 * @throws SignError `ERR_MALFORMED`
 */
export function unwrapTimestampSignature(wrapped: Uint8Array): Uint8Array<ArrayBuffer> {
  const what = 'timestamp signature';
  const outer = scanDer(wrapped, { what, maxElements: 8 });
  const [, bits, more] = outer.tag === 0x30 ? derChildren(wrapped, outer, what) : [];
  if (!bits || more || bits.tag !== 0x03 || wrapped[bits.contents] !== 0)
    throw new SignError('ERR_MALFORMED', `${what} is not an algorithm and a BIT STRING`);
  const signature = ownBytes(wrapped.subarray(bits.contents + 1, bits.end));
  readDer(signature, 0, signature.byteLength, what);
  return signature;
}
