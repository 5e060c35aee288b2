import { dto } from './dto.js';
import { type ModifyPolicy, modifyPolicyShape } from './policy.js';
import { type Infer, named, object, optional } from './shape.js';
import { type RequestSignature, requestSignatureShape } from './sign.js';
import { base64, charArray, name, uuid } from './values.js';

const described = { keyPassword: optional(charArray), metaData: optional(base64), metaDataSignature: optional(base64) };

const modifyRequestShape = object({ modifyKeyName: name, ...described, policy: named<ModifyPolicy>(modifyPolicyShape) });
const blockRequestShape = object({ blockKeyName: name, ...described });
const unblockRequestShape = object({ unblockKeyName: name, ...described });
const requestSignature = optional<RequestSignature>(requestSignatureShape);

export const modifyShape = object({ modifyRequest: modifyRequestShape, requestSignature });
export const blockShape = object({ blockRequest: blockRequestShape, requestSignature });
export const unblockShape = object({ unblockRequest: unblockRequestShape, requestSignature });

const modifyCreatedShape = object({ modifyKeyRequestId: uuid });
const blockCreatedShape = object({ blockKeyRequestId: uuid });
const unblockCreatedShape = object({ unblockKeyRequestId: uuid });

/** Replaces all four rules of a key (§4.3). */
export interface ModifyKey extends Infer<typeof modifyShape> {}
/** Asks that every use of a key be refused until it is unblocked (§4.3). */
export interface BlockKey extends Infer<typeof blockShape> {}
/** Asks that a blocked key can be used again (§4.3). */
export interface UnblockKey extends Infer<typeof unblockShape> {}
/** Id of the request that a modify call made. */
export interface ModifyCreated extends Infer<typeof modifyCreatedShape> {}
/** Id of the request that a block call made. */
export interface BlockCreated extends Infer<typeof blockCreatedShape> {}
/** Id of the request that an unblock call made. */
export interface UnblockCreated extends Infer<typeof unblockCreatedShape> {}

/** {@link ModifyKey} on the wire. */
export const modifyDto = dto<ModifyKey>('modify', modifyShape);
/** {@link BlockKey} on the wire. */
export const blockDto = dto<BlockKey>('block', blockShape);
/** {@link UnblockKey} on the wire. */
export const unblockDto = dto<UnblockKey>('unblock', unblockShape);
/** {@link ModifyCreated} on the wire. */
export const modifyCreatedDto = dto<ModifyCreated>('modify request id', modifyCreatedShape);
/** {@link BlockCreated} on the wire. */
export const blockCreatedDto = dto<BlockCreated>('block request id', blockCreatedShape);
/** {@link UnblockCreated} on the wire. */
export const unblockCreatedDto = dto<UnblockCreated>('unblock request id', unblockCreatedShape);
