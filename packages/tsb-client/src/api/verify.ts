import { tsbSignatureAlgorithms } from './algorithms.js';
import { dto } from './dto.js';
import { type Infer, named, object, oneOfOpen, optional } from './shape.js';
import { type RequestSignature, requestSignatureShape } from './sign.js';
import { base64NotEmpty, charArray, flag, name } from './values.js';

const verifyRequestShape = object({
  signKeyName: name,
  signKeyObject: optional(base64NotEmpty),
  /** Password of the key, or of the master of a derived one; under this name only here. */
  masterKeyPassword: optional(charArray),
  signatureAlgorithm: oneOfOpen(tsbSignatureAlgorithms),
  payload: base64NotEmpty,
  /** DER or raw: there is no `signatureType` here. */
  signature: base64NotEmpty,
});

const hmacVerifyRequestShape = object({ keyName: name, payload: base64NotEmpty, signature: base64NotEmpty });

const verifyShape = object({
  verifySignatureRequest: named<VerifyRequestBody>(verifyRequestShape),
  requestSignature: optional<RequestSignature>(requestSignatureShape),
});
const verifyHmacShape = object({ verifyHmacRequest: hmacVerifyRequestShape });
const verifiedShape = object({ signatureValid: flag });

/** A signature to be checked by the HSM (§2.4). */
export interface VerifyRequestBody extends Infer<typeof verifyRequestShape> {}
/** Body of a verify call. */
export interface VerifySignature extends Infer<typeof verifyShape> {}
/** Body of a call that checks an HMAC. */
export interface VerifyHmac extends Infer<typeof verifyHmacShape> {}
/** The HSM's verdict. */
export interface VerifyAnswer extends Infer<typeof verifiedShape> {}

/** {@link VerifySignature} on the wire. */
export const verifySignatureDto = dto<VerifySignature>('verify', verifyShape);
/** {@link VerifyHmac} on the wire. */
export const verifyHmacDto = dto<VerifyHmac>('verify HMAC', verifyHmacShape);
/** {@link VerifyAnswer} on the wire. */
export const verifiedDto = dto<VerifyAnswer>('verdict', verifiedShape);
