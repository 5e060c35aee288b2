import { dto } from './dto.js';
import { tagged, withApprovals } from './envelope.js';
import { type ModifyPolicy, modifyPolicyShape } from './policy.js';
import { type Infer, named, object, optional } from './shape.js';
import { type RequestSignature, requestSignatureShape } from './sign.js';
import { charArray, name, uuid } from './values.js';

const keyPassword = optional(charArray);
const modification = { modifyKeyName: name, keyPassword, policy: named<ModifyPolicy>(modifyPolicyShape) };
const block = { blockKeyName: name, keyPassword };
const unblock = { unblockKeyName: name, keyPassword };

const modifyRequestShape = object({ ...modification, ...tagged });
const blockRequestShape = object({ ...block, ...tagged });
const unblockRequestShape = object({ ...unblock, ...tagged });
const requestSignature = optional<RequestSignature>(requestSignatureShape);

export const modifyShape = object({ modifyRequest: modifyRequestShape, requestSignature });
export const blockShape = object({ blockRequest: blockRequestShape, requestSignature });
export const unblockShape = object({ unblockRequest: unblockRequestShape, requestSignature });

const synchronousModifyShape = object({ modifyRequest: object({ ...modification, ...withApprovals }), requestSignature });
const synchronousBlockShape = object({ blockRequest: object({ ...block, ...withApprovals }), requestSignature });
const synchronousUnblockShape = object({ unblockRequest: object({ ...unblock, ...withApprovals }), requestSignature });

const modifyCreatedShape = object({ modifyKeyRequestId: uuid });
const blockCreatedShape = object({ blockKeyRequestId: uuid });
const unblockCreatedShape = object({ unblockKeyRequestId: uuid });

/** Replaces all four rules of a key (§4.3). */
export interface ModifyKey extends Infer<typeof modifyShape> {}
/** Asks that every use of a key be refused until it is unblocked (§4.3). */
export interface BlockKey extends Infer<typeof blockShape> {}
/** Asks that a blocked key can be used again (§4.3). */
export interface UnblockKey extends Infer<typeof unblockShape> {}
/** {@link ModifyKey} at once, with approvals that were collected beforehand. */
export interface SynchronousModify extends Infer<typeof synchronousModifyShape> {}
/** {@link BlockKey} at once, with approvals that were collected beforehand. */
export interface SynchronousBlock extends Infer<typeof synchronousBlockShape> {}
/** {@link UnblockKey} at once, with approvals that were collected beforehand. */
export interface SynchronousUnblock extends Infer<typeof synchronousUnblockShape> {}
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
/** {@link SynchronousModify} on the wire. */
export const synchronousModifyDto = dto<SynchronousModify>('synchronous modify', synchronousModifyShape);
/** {@link SynchronousBlock} on the wire. */
export const synchronousBlockDto = dto<SynchronousBlock>('synchronous block', synchronousBlockShape);
/** {@link SynchronousUnblock} on the wire. */
export const synchronousUnblockDto = dto<SynchronousUnblock>('synchronous unblock', synchronousUnblockShape);
/** {@link ModifyCreated} on the wire. */
export const modifyCreatedDto = dto<ModifyCreated>('modify request id', modifyCreatedShape);
/** {@link BlockCreated} on the wire. */
export const blockCreatedDto = dto<BlockCreated>('block request id', blockCreatedShape);
/** {@link UnblockCreated} on the wire. */
export const unblockCreatedDto = dto<UnblockCreated>('unblock request id', unblockCreatedShape);
