import type { ApprovalTask, ChallengeOperation, ChallengePayload } from '@securosys/tsb-client/api';
import type { KeyAttributeFlags } from '../keys/key-facts.js';
import type { KeyRecord } from '../keys/key-record.js';
import type { Partition } from '../partition.js';
import type { RuleName } from '../policy/model.js';
import type { OperationInputs, OperationKind, TaskKind } from '../requests/operation-kind.js';
import type { StoredField } from '../store/fields.js';

/** What an operation came to. */
export interface Outcome {
  /** The text of the request's `result`, or of the synchronous answer. */
  readonly result: string | null;
  /**
   * Changes keys and other records. Called at once and without an `await`, together with the request's new status: a process that
   * dies leaves both or neither.
   */
  readonly apply?: () => void;
}

/** The HSM's part of one kind of operation. One file of this folder each. */
export interface Executor<K extends OperationKind> {
  /** Whose approvals it needs. `ruleUse` counts as a use of the key and is refused for blocked keys (`tsb-rest-api.md` §4.3). */
  readonly rule: RuleName;
  /** What challenges call it (§5.4). */
  readonly challenge: ChallengeOperation;
  /** How its payload stands in a challenge. */
  readonly payload: ChallengePayload['kind'];
  /** Which list of tasks it is in, besides the one of all (§5.1). */
  readonly tasks: Exclude<TaskKind, 'all'>;
  /** The member of a level 3 task that shows the request (§5.3). */
  readonly shownAs: Extract<keyof ApprovalTask, `signed${string}`>;
  /** The flag that the key needs. */
  readonly attribute: keyof KeyAttributeFlags | undefined;
  /** Only for keys with a policy (§2.4). */
  readonly needsPolicy: boolean;
  readonly input: StoredField<OperationInputs[K]>;
  /** Computes, and changes nothing outside of `apply`. @throws SignError when the HSM refuses */
  run(context: ExecutionContext<K>): Promise<Outcome> | Outcome;
}

export interface ExecutionContext<K extends OperationKind> {
  readonly partition: Partition;
  /** As it is now, which may differ from how it was when the request was made. */
  readonly key: KeyRecord;
  readonly input: OperationInputs[K];
}
