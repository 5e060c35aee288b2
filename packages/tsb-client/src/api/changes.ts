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
export interface BlockKey extends Infer<typeof blockShape> {}
export interface UnblockKey extends Infer<typeof unblockShape> {}
export interface ModifyCreated extends Infer<typeof modifyCreatedShape> {}
export interface BlockCreated extends Infer<typeof blockCreatedShape> {}
export interface UnblockCreated extends Infer<typeof unblockCreatedShape> {}

export const modifyDto = dto<ModifyKey>('modify', modifyShape);
export const blockDto = dto<BlockKey>('block', blockShape);
export const unblockDto = dto<UnblockKey>('unblock', unblockShape);
export const modifyCreatedDto = dto<ModifyCreated>('modify request id', modifyCreatedShape);
export const blockCreatedDto = dto<BlockCreated>('block request id', blockCreatedShape);
export const unblockCreatedDto = dto<UnblockCreated>('unblock request id', unblockCreatedShape);
