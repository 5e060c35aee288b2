import { tsbRequestStatuses } from './algorithms.js';
import { dto } from './dto.js';
import { type Infer, list, nullable, object, oneOf, optional } from './shape.js';
import { base64, text, uuid } from './values.js';

const approvers = nullable(list(base64));

export const requestStatusShape = object({
  id: uuid,
  status: oneOf(tsbRequestStatuses),
  /** When the request went to the HSM. */
  executionTime: nullable(text),
  /** Base64 SPKI DER of the people concerned, in these three lists. */
  approvedBy: approvers,
  notYetApprovedBy: approvers,
  rejectedBy: approvers,
  /** For a signature: base64. */
  result: nullable(text),
  inputOfflineHsm: optional(text),
});

const filteredRequestsShape = object({ requestStatusList: list(oneOf(tsbRequestStatuses)) });
const requestListShape = object({ requests: list(object({ id: uuid, status: oneOf(tsbRequestStatuses) })) });

/** A request and how far people have decided it (§4.4). */
export interface TsbRequest extends Infer<typeof requestStatusShape> {}
/** Which requests to list, by status. */
export interface RequestFilter extends Infer<typeof filteredRequestsShape> {}
/** Ids and states of requests, without their contents. */
export interface RequestList extends Infer<typeof requestListShape> {}

/** {@link TsbRequest} on the wire. */
export const requestStatusDto = dto<TsbRequest>('request status', requestStatusShape);
/** {@link RequestFilter} on the wire. */
export const requestFilterDto = dto<RequestFilter>('request filter', filteredRequestsShape);
/** {@link RequestList} on the wire. */
export const requestListDto = dto<RequestList>('request list', requestListShape);
