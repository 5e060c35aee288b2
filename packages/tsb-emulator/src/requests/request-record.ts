import { randomUUID } from 'node:crypto';
import type { TsbRequestStatus } from '@securosys/tsb-client/api';
import type { Challenge } from '../hsm/timestamp-key.js';
import { approversOf, type MaybeRule, type PolicyApprover } from '../policy/model.js';
import type { OperationInputs, OperationKind } from './operation-kind.js';

const terminal = new Set<TsbRequestStatus>(['EXECUTED', 'FAILED', 'EXPIRED', 'REJECTED', 'CANCELLED']);

/** What one approver still has to decide, or decided. */
export interface TaskRecord {
  readonly id: string;
  readonly approver: PolicyApprover;
  readonly state: 'open' | 'approved' | 'rejected';
}

/** Members of a task from level 2 on (§5.3). */
export interface ShownRequest {
  readonly metaData: string | null;
  readonly metaDataSignature: string | null;
  /** Base64; `null` for block and unblock. */
  readonly payload: string | null;
  readonly payloadType: string | null;
}

/** One asynchronous request: data, nothing else. Only the lifecycle changes it, through the request store. */
export interface RequestRecord<K extends OperationKind = OperationKind> {
  readonly id: string;
  readonly kind: K;
  readonly keyLabel: string;
  readonly keyIdentity: string;
  /** Seconds. */
  readonly createdAt: number;
  readonly challenge: Challenge;
  /** The complete original body. */
  readonly body: Uint8Array;
  readonly shown: ShownRequest;
  readonly input: OperationInputs[K];
  /** The policy of the moment of creation; the key's later one is asked again at execution. */
  readonly rule: MaybeRule;
  readonly tasks: readonly TaskRecord[];
  readonly status: TsbRequestStatus;
  /** Seconds. */
  readonly executionTime: number | undefined;
  readonly result: string | null;
  readonly failureReason: string | undefined;
}

/** The members that are known when a request is made. */
export type RequestFacts<K extends OperationKind> = Omit<
  RequestRecord<K>,
  'id' | 'tasks' | 'status' | 'executionTime' | 'result' | 'failureReason'
>;

/** A request at its beginning, with one task for each approver of its rule. */
export function newRequest<K extends OperationKind>(facts: RequestFacts<K>): RequestRecord<K> {
  return {
    ...facts,
    id: randomUUID(),
    tasks: approversOf(facts.rule).map((approver) => ({ id: randomUUID(), approver, state: 'open' })),
    status: 'PENDING',
    executionTime: undefined,
    result: null,
    failureReason: undefined,
  };
}

export function hasEnded(request: Pick<RequestRecord, 'status'>): boolean {
  return terminal.has(request.status);
}

/** Base64 SPKI of each approver whose task is in that state. */
export function keysIn(request: Pick<RequestRecord, 'tasks'>, state: TaskRecord['state']): Set<string> {
  return new Set(request.tasks.filter((task) => task.state === state).map((task) => task.approver.spki));
}
