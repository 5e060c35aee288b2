import { dto } from './dto.js';
import { type Infer, object, oneOfOpen, optional } from './shape.js';
import { base64, base64NotEmpty, charArray, name } from './values.js';

const hmacShape = object({ hmacRequest: object({ keyName: name, payload: base64NotEmpty }) });
const hmacAnswerShape = object({
  /** Base64 HMAC. */
  keyedHash: base64,
});
const randomShape = object({
  /** Base64. */
  random: base64,
});
const rfcTimestampShape = object({ payload: base64NotEmpty, hashAlgorithm: oneOfOpen(['SHA256']) });
const rfcTimestampAnswerShape = object({
  /** Base64 of an RFC 3161 token. */
  timestamp: base64,
});
const fileEncryptShape = object({ fileEncryptRequest: object({ encryptKeyName: name }) });
const fileDecryptShape = object({
  fileDecryptRequest: object({ decryptKeyName: name, keyPassword: optional(charArray) }),
});

/** Body of an HMAC call (§2.4). */
export interface Hmac extends Infer<typeof hmacShape> {}
/** Answer of an HMAC call. */
export interface HmacAnswer extends Infer<typeof hmacAnswerShape> {}
/** Answer of a call for random bytes. */
export interface RandomAnswer extends Infer<typeof randomShape> {}
/** Body of a call for an RFC 3161 timestamp. */
export interface RfcTimestamp extends Infer<typeof rfcTimestampShape> {}
/** Answer of a call for an RFC 3161 timestamp. */
export interface RfcTimestampAnswer extends Infer<typeof rfcTimestampAnswerShape> {}
/** The JSON part of a file encryption (§2.4). */
export interface FileEncrypt extends Infer<typeof fileEncryptShape> {}
/** The JSON part of a file decryption (§2.4). */
export interface FileDecrypt extends Infer<typeof fileDecryptShape> {}

/** {@link Hmac} on the wire. */
export const hmacDto = dto<Hmac>('HMAC', hmacShape);
/** {@link HmacAnswer} on the wire. */
export const hmacAnswerDto = dto<HmacAnswer>('keyed hash', hmacAnswerShape);
/** {@link RandomAnswer} on the wire. */
export const randomDto = dto<RandomAnswer>('random bytes', randomShape);
/** {@link RfcTimestamp} on the wire. */
export const rfcTimestampDto = dto<RfcTimestamp>('timestamp request', rfcTimestampShape);
/** {@link RfcTimestampAnswer} on the wire. */
export const rfcTimestampAnswerDto = dto<RfcTimestampAnswer>('timestamp', rfcTimestampAnswerShape);
/** {@link FileEncrypt} on the wire. */
export const fileEncryptDto = dto<FileEncrypt>('file encryption', fileEncryptShape);
/** {@link FileDecrypt} on the wire. */
export const fileDecryptDto = dto<FileDecrypt>('file decryption', fileDecryptShape);
