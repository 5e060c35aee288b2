import { randomUUID } from 'node:crypto';
import type { ApprovalTask, TsbRequestStatus } from '@securosys/tsb-client/api';
import type { Challenge } from '../hsm/timestamp-key.js';
import type { KeyRecord } from '../keys/key-record.js';
import { approversOf, type MaybeRule, type PolicyApprover, type RuleName } from '../policy/model.js';

/** What is decided on. Decrypt and unwrap are not made yet; their task lists are empty. */
export type OperationKind = 'sign' | 'block' | 'unblock' | 'modify';

/** What an approver can ask for. */
export type TaskKind = OperationKind | 'decrypt' | 'unwrap' | 'all';

const terminal = new Set<TsbRequestStatus>(['EXECUTED', 'FAILED', 'EXPIRED', 'REJECTED', 'CANCELLED']);

/** What one approver still has to decide, or decided. */
export interface TaskRecord {
  readonly id: string;
  readonly approver: PolicyApprover;
  state: 'open' | 'approved' | 'rejected';
}

/** Members of a task from level 2 on, and at level 3 the one parsed request. */
export interface ShownRequest {
  readonly metaData: string | null;
  readonly metaDataSignature: string | null;
  /** Base64; `null` for block and unblock. */
  readonly payload: string | null;
  readonly payloadType: string | null;
  readonly parsed:
    | Pick<ApprovalTask, 'signedSignRequest'>
    | Pick<ApprovalTask, 'signedModifyKeyRequest'>
    | Pick<ApprovalTask, 'signedBlockKeyRequest'>
    | Pick<ApprovalTask, 'signedUnblockKeyRequest'>;
}

export interface RequestSpec {
  readonly kind: OperationKind;
  readonly key: KeyRecord;
  readonly ruleName: RuleName;
  /** Seconds. */
  readonly createdAt: number;
  readonly challenge: Challenge;
  /** The complete original body. */
  readonly body: Uint8Array;
  /** What tasks show from level 2 on (§5.3). */
  readonly shown: ShownRequest;
  /** What the HSM does once the rule is open: the text of `result`, or `null`. */
  readonly run: (key: KeyRecord) => Promise<string | null> | string | null;
}

/** One asynchronous request. Only the lifecycle changes it. */
export class RequestRecord {
  readonly id = randomUUID();
  readonly rule: MaybeRule;
  readonly tasks: readonly TaskRecord[];
  status: TsbRequestStatus = 'PENDING';
  /** Seconds. */
  executionTime: number | undefined;
  result: string | null = null;
  failureReason: string | undefined;
  /** Set before anything runs, so that nothing runs twice. */
  execution: Promise<void> | undefined;

  constructor(readonly spec: RequestSpec) {
    // The policy of this moment counts; the key's later one is asked again at execution.
    this.rule = spec.key.rule(spec.ruleName);
    this.tasks = approversOf(this.rule).map((approver) => ({ id: randomUUID(), approver, state: 'open' }));
  }

  get ended(): boolean {
    return terminal.has(this.status);
  }

  keysIn(state: TaskRecord['state']): Set<string> {
    return new Set(this.tasks.filter((task) => task.state === state).map((task) => task.approver.spki));
  }
}
