import { approverDigests, payloadTypes, signatureTypes, tsbSignatureAlgorithms } from './algorithms.js';
import { dto } from './dto.js';
import { type Infer, list, named, object, oneOf, oneOfOpen, optional } from './shape.js';
import { base64, base64NotEmpty, charArray, name, uuid } from './values.js';

/** Signature of a calling application over the inner request (§1.4). */
export const requestSignatureShape = object({
  signature: base64NotEmpty,
  digestAlgorithm: oneOf(approverDigests),
  publicKey: base64NotEmpty,
});

const common = {
  /** Base64 of what is to be signed: the message, or its digest for the `NONE…` algorithms. */
  payload: base64NotEmpty,
  payloadType: optional(oneOfOpen(payloadTypes)),
  signKeyName: name,
  keyPassword: optional(charArray),
  /** Base64; shown to approvers, not covered by what they sign (§6). */
  metaData: optional(base64),
  metaDataSignature: optional(base64),
  signatureAlgorithm: oneOfOpen(tsbSignatureAlgorithms),
  signatureType: optional(oneOfOpen(signatureTypes)),
  /** Base64 context bytes of ML-DSA. */
  context: optional(base64),
};

export const signRequestShape = object(common);

const synchronousSignRequestShape = object({ ...common, signedApprovals: optional(list(base64NotEmpty)) });

const synchronousSignShape = object({
  signRequest: named<SynchronousSignRequestBody>(synchronousSignRequestShape),
  requestSignature: optional<RequestSignature>(requestSignatureShape),
});
export const signedSignShape = object({
  signRequest: named<SignRequestBody>(signRequestShape),
  requestSignature: optional<RequestSignature>(requestSignatureShape),
});

const signatureShape = object({
  /** Base64 signature. */
  signature: base64NotEmpty,
});
const signCreatedShape = object({ signRequestId: uuid });

export interface RequestSignature extends Infer<typeof requestSignatureShape> {}
export interface SignRequestBody extends Infer<typeof signRequestShape> {}
export interface SynchronousSignRequestBody extends Infer<typeof synchronousSignRequestShape> {}
export interface SynchronousSign extends Infer<typeof synchronousSignShape> {}
export interface AsynchronousSign extends Infer<typeof signedSignShape> {}
export interface SignatureAnswer extends Infer<typeof signatureShape> {}
export interface SignCreated extends Infer<typeof signCreatedShape> {}

export const synchronousSignDto = dto<SynchronousSign>('synchronous sign', synchronousSignShape);
export const asynchronousSignDto = dto<AsynchronousSign>('sign', signedSignShape);
export const signatureDto = dto<SignatureAnswer>('signature', signatureShape);
export const signCreatedDto = dto<SignCreated>('sign request id', signCreatedShape);
