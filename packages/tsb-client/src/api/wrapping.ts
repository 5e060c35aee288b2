import { wrapMethods } from './algorithms.js';
import { dto } from './dto.js';
import { tagged, withApprovals } from './envelope.js';
import { attributesShape, type TsbAttributes } from './keys.js';
import { type Policy, policyShape } from './policy.js';
import { type Infer, named, object, oneOfOpen, optional } from './shape.js';
import { type RequestSignature, requestSignatureShape } from './sign.js';
import { base64, base64NotEmpty, charArray, name, uuid } from './values.js';

const wrapRequestShape = object({
  /** Label of an extractable key. */
  keyToBeWrapped: name,
  keyToBeWrappedPassword: optional(charArray),
  wrapKeyName: name,
  wrapKeyPassword: optional(charArray),
  wrapMethod: oneOfOpen(wrapMethods),
});

const unwrapping = {
  wrappedKey: base64NotEmpty,
  /** Of the new key; must be free. */
  label: name,
  attributes: named<TsbAttributes>(attributesShape),
  unwrapKeyName: name,
  unwrapKeyPassword: optional(charArray),
  wrapMethod: oneOfOpen(wrapMethods),
};

const unwrapRequestShape = object({ ...unwrapping, ...tagged });
const synchronousUnwrapRequestShape = object({
  ...unwrapping,
  ...withApprovals,
  /** Only here, and only for asymmetric keys: the asynchronous form refuses the member. */
  policy: optional<Policy>(policyShape),
});
const requestSignature = optional<RequestSignature>(requestSignatureShape);

const wrapShape = object({ wrapKeyRequest: named<WrapRequestBody>(wrapRequestShape), requestSignature });
const synchronousUnwrapShape = object({
  unwrapKeyRequest: named<SynchronousUnwrapRequestBody>(synchronousUnwrapRequestShape),
  requestSignature,
});
export const unwrapShape = object({ unwrapKeyRequest: named<UnwrapRequestBody>(unwrapRequestShape), requestSignature });

const wrappedShape = object({
  /** Base64. */
  wrappedKey: base64,
});
const unwrapCreatedShape = object({ unwrapRequestId: uuid });

/** Which key is wrapped, with which one (§2.4). */
export interface WrapRequestBody extends Infer<typeof wrapRequestShape> {}
/** What is unwrapped, with which key, and what the new key may do (§2.5). */
export interface UnwrapRequestBody extends Infer<typeof unwrapRequestShape> {}
/** {@link UnwrapRequestBody} with approvals that were collected beforehand, and a policy for the new key (§2.4). */
export interface SynchronousUnwrapRequestBody extends Infer<typeof synchronousUnwrapRequestShape> {}
/** Body of a wrap call. */
export interface WrapKey extends Infer<typeof wrapShape> {}
/** Body of a synchronous unwrap call. */
export interface SynchronousUnwrap extends Infer<typeof synchronousUnwrapShape> {}
/** Body of an asynchronous unwrap call, which makes a request. */
export interface AsynchronousUnwrap extends Infer<typeof unwrapShape> {}
/** Answer of a wrap call. */
export interface WrapAnswer extends Infer<typeof wrappedShape> {}
/** Id of the request that an unwrap call made. */
export interface UnwrapCreated extends Infer<typeof unwrapCreatedShape> {}

/** {@link WrapKey} on the wire. */
export const wrapDto = dto<WrapKey>('wrap', wrapShape);
/** {@link WrapAnswer} on the wire. */
export const wrappedDto = dto<WrapAnswer>('wrapped key', wrappedShape);
/** {@link SynchronousUnwrap} on the wire. */
export const synchronousUnwrapDto = dto<SynchronousUnwrap>('synchronous unwrap', synchronousUnwrapShape);
/** {@link AsynchronousUnwrap} on the wire. */
export const asynchronousUnwrapDto = dto<AsynchronousUnwrap>('unwrap', unwrapShape);
/** {@link UnwrapCreated} on the wire. */
export const unwrapCreatedDto = dto<UnwrapCreated>('unwrap request id', unwrapCreatedShape);
