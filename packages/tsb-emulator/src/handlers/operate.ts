import { base64Text } from '@securosys/core';
import { type ChallengePayload, fromCharArray } from '@securosys/tsb-client/api';
import { demandApproved } from '../approvals/signed-approvals.js';
import { execute } from '../executors/execute.js';
import { executors } from '../executors/index.js';
import { failure } from '../failure.js';
import { errorOfBlockedKey, errorOfNeverFulfillable } from '../inferred.js';
import type { KeyRecord } from '../keys/key-record.js';
import { hasEngine } from '../licence.js';
import { hsmSeconds, type Partition } from '../partition.js';
import { advance } from '../requests/lifecycle.js';
import type { OperationInputs, OperationKind } from '../requests/operation-kind.js';
import { newRequest } from '../requests/request-record.js';
import type { Call } from './call.js';

/** What a body asks for, once its key is known. */
export interface Operation<K extends OperationKind> {
  readonly kind: K;
  /** Whose key is used: `signKeyName`, `decryptKeyName`, … */
  readonly keyName: string;
  readonly keyPassword?: readonly string[] | undefined;
  /** Checks everything that can be refused before anybody is asked (§10.1, §10.3). Nothing is changed here. */
  prepare(key: KeyRecord): Prepared<K> | Promise<Prepared<K>>;
}

export interface Prepared<K extends OperationKind> {
  /** What the executor gets, now or after days and a restart. */
  readonly input: OperationInputs[K];
  /** The bytes that approvers decide on (§5.4); absent for block and unblock. */
  readonly payload?: Uint8Array;
}

/** Members of the inner object that only tasks show (§5.3, §6). */
export interface Described {
  readonly metaData?: string | undefined;
  readonly metaDataSignature?: string | undefined;
  readonly payloadType?: string | undefined;
}

const nothing = new Uint8Array(0);

async function open<K extends OperationKind>(partition: Partition, operation: Operation<K>) {
  const executor = executors[operation.kind];
  const key = partition.keys.unlock(operation.keyName, fromCharArray(operation.keyPassword));
  if (executor.needsPolicy && !key.rules) throw failure(613, 'only keys with a policy can be blocked, unblocked or modified');
  if (executor.attribute && !key.attributes[executor.attribute]) throw failure(614, `the key may not ${executor.attribute}`);
  if (key.blocked && executor.rule === 'ruleUse') throw failure(errorOfBlockedKey, 'the key is blocked');
  const prepared = await operation.prepare(key);
  if (!partition.keys.same(key.label, key.identity)) throw failure(650, 'the key is gone');
  return { executor, key, rule: key.rule(executor.rule), ...prepared };
}

/**
 * The synchronous form of an operation: done at once when the rule asks for nothing or the call brings its approvals (§4.3, §5.6).
 * @returns what the HSM answered; the call's changes are made
 * @throws SignError with the TSB error 401, 403, 613, 614, 620, 650, and what `prepare` and the executor refuse
 */
export async function runNow<K extends OperationKind>(
  { partition }: Call,
  operation: Operation<K>,
  signedApprovals: readonly string[] = [],
): Promise<string | null> {
  const { executor, key, rule, input, payload = nothing } = await open(partition, operation);
  const call = { operation: executor.challenge, label: operation.keyName, payload, rule };
  demandApproved(partition, call, signedApprovals);
  const { result, apply } = await execute(partition, { kind: operation.kind, key, input });
  apply();
  return result;
}

/**
 * The asynchronous form: a request with its challenge and tasks, executed at once when its rule asks for nothing (§4.4).
 * @param described the inner object of the body
 * @returns the request id
 * @throws SignError with the TSB error 612, 613, 614, 620, 650, and what `prepare` refuses
 */
export async function submit<K extends OperationKind>(
  { partition, rawBody }: Call,
  operation: Operation<K>,
  described: Described,
): Promise<string> {
  const { kind, keyName } = operation;
  const { executor, key, rule, input, payload } = await open(partition, operation);
  if (rule?.tokens.length === 0) throw failure(errorOfNeverFulfillable, `the policy never allows to ${kind} with this key`);
  // Without the engine the call is forwarded to its synchronous form (1.14.2), which nobody can be asked to approve.
  if (!hasEngine(partition.clientFlags))
    demandApproved(partition, { operation: executor.challenge, label: keyName, payload: payload ?? nothing, rule }, []);
  const createdAt = hsmSeconds(partition);
  const challenged: ChallengePayload | undefined = payload && { kind: executor.payload, bytes: payload };
  const request = newRequest<K>({
    kind,
    keyLabel: keyName,
    keyIdentity: key.identity,
    createdAt,
    challenge: partition.timestampKey.challenge(executor.challenge, keyName, createdAt, challenged),
    body: rawBody,
    shown: {
      metaData: described.metaData ?? null,
      metaDataSignature: described.metaDataSignature ?? null,
      payload: payload ? base64Text(payload) : null,
      payloadType: kind === 'sign' ? (described.payloadType ?? 'UNSPECIFIED') : null,
    },
    input,
    rule,
  });
  partition.requests.add(request);
  await advance(partition, request);
  return request.id;
}
