import { isJsonObject, type JsonObject, type JsonValue } from '@securosys/core';
import { tsbRequestStatuses } from '@securosys/tsb-client/api';
import type { Executor } from '../executors/executor.js';
import { executors } from '../executors/index.js';
import { storedApprover, storedRule } from '../policy/stored-rules.js';
import type { CollectionOptions } from '../store/collection.js';
import { bytes, list, nullable, number, oneOf, optional, struct, text } from '../store/fields.js';
import type { OperationKind } from './operation-kind.js';
import type { RequestRecord } from './request-record.js';

const task = struct({ id: text, approver: storedApprover, state: oneOf(['open', 'approved', 'rejected']) });
const kinds = Object.keys(executors) as OperationKind[];

const facts = struct({
  id: text,
  kind: oneOf(kinds),
  keyLabel: text,
  keyIdentity: text,
  createdAt: number,
  challenge: struct({ approvalToBeSigned: bytes, timestamp: bytes, timestampSignature: bytes }),
  body: bytes,
  shown: struct({
    metaData: nullable(text),
    metaDataSignature: nullable(text),
    payload: nullable(text),
    payloadType: nullable(text),
  }),
  rule: storedRule,
  tasks: list(task),
  status: oneOf(tsbRequestStatuses),
  executionTime: optional(number),
  result: nullable(text),
  failureReason: optional(text),
});

const inputOf = (kind: OperationKind) => executors[kind].input as Executor<OperationKind>['input'];

function decode(stored: JsonValue): RequestRecord {
  const known = facts.decode(stored);
  return { ...known, input: inputOf(known.kind).decode((stored as JsonObject).input) };
}

function encode(request: RequestRecord): JsonValue | undefined {
  const known = facts.encode(request);
  return isJsonObject(known) ? { ...known, input: inputOf(request.kind).encode(request.input) ?? null } : known;
}

/** Requests by id, with their tasks. */
export const storedRequests: CollectionOptions<RequestRecord> = {
  name: 'requests',
  limit: 100_000,
  idOf: (request) => request.id,
  encode,
  decode,
};
