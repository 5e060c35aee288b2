import { payloadTypes, requestDigests, tsbSignatureAlgorithms, tsbSignatureTypes } from './algorithms.js';
import { dto } from './dto.js';
import { tagged, withApprovals } from './envelope.js';
import { type Infer, named, object, oneOf, oneOfOpen, optional } from './shape.js';
import { base64, base64NotEmpty, charArray, name, text, uuid } from './values.js';

/** Signature of a calling application over the inner request (§1.4). */
export const requestSignatureShape = object({
  signature: base64NotEmpty,
  digestAlgorithm: oneOf(requestDigests),
  publicKey: base64NotEmpty,
});

const common = {
  /** Base64 of what is to be signed: the message, or its digest for the `NONE…` algorithms. */
  payload: base64NotEmpty,
  payloadType: optional(oneOfOpen(payloadTypes)),
  signKeyName: name,
  keyPassword: optional(charArray),
  ...tagged,
  signatureAlgorithm: oneOfOpen(tsbSignatureAlgorithms),
  signatureType: optional(oneOfOpen(tsbSignatureTypes)),
  /** Base64 context bytes of ML-DSA and SLH-DSA. */
  context: optional(base64),
  /** Base64, for `NONE_WITH_EC_SCHNORR_BIP0340`: 32 bytes. */
  auxiliaryRandomData: optional(base64),
  /** Base64, for `NONE_WITH_EC_SCHNORR_BIP0340`: 32 bytes; excludes `merkleRootData`. */
  taprootTweakData: optional(base64),
  /** Base64, for `NONE_WITH_EC_SCHNORR_BIP0340`; excludes `taprootTweakData`. */
  merkleRootData: optional(base64),
};

export const signRequestShape = object(common);

const synchronousSignRequestShape = object({
  ...common,
  /** Base64 of a key that is kept outside the HSM. */
  signKeyObject: optional(base64NotEmpty),
  ...withApprovals,
});

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
  publicNonce: optional(text),
});
const signCreatedShape = object({ signRequestId: uuid });

/** Signature of a calling application over the inner request, base64 throughout (§1.4). */
export interface RequestSignature extends Infer<typeof requestSignatureShape> {}
/** What is to be signed, how, and with which key. */
export interface SignRequestBody extends Infer<typeof signRequestShape> {}
/** {@link SignRequestBody} with approvals that were collected beforehand. */
export interface SynchronousSignRequestBody extends Infer<typeof synchronousSignRequestShape> {}
/** Body of a synchronous sign call. */
export interface SynchronousSign extends Infer<typeof synchronousSignShape> {}
/** Body of an asynchronous sign call, which makes a request. */
export interface AsynchronousSign extends Infer<typeof signedSignShape> {}
/** Answer of a synchronous sign call. */
export interface SignatureAnswer extends Infer<typeof signatureShape> {}
/** Id of the request that a sign call made. */
export interface SignCreated extends Infer<typeof signCreatedShape> {}

/** {@link SynchronousSign} on the wire. */
export const synchronousSignDto = dto<SynchronousSign>('synchronous sign', synchronousSignShape);
/** {@link AsynchronousSign} on the wire. */
export const asynchronousSignDto = dto<AsynchronousSign>('sign', signedSignShape);
/** {@link SignatureAnswer} on the wire. */
export const signatureDto = dto<SignatureAnswer>('signature', signatureShape);
/** {@link SignCreated} on the wire. */
export const signCreatedDto = dto<SignCreated>('sign request id', signCreatedShape);
