import { execute } from '../executors/execute.js';
import { executors } from '../executors/index.js';
import { statusOfRule } from '../inferred.js';
import type { KeyRecord } from '../keys/key-record.js';
import { hsmSeconds, type Partition } from '../partition.js';
import { evaluateRule, type RuleState } from '../policy/evaluate.js';
import type { MaybeRule } from '../policy/model.js';
import { hasEnded, keysIn, type RequestRecord } from './request-record.js';

function stateOf(request: RequestRecord, rule: MaybeRule, now: number): RuleState {
  return evaluateRule(rule, {
    createdAt: request.createdAt,
    now,
    approvedBy: keysIn(request, 'approved'),
    rejectedBy: keysIn(request, 'rejected'),
  });
}

/** Brings the status up to date with time and decisions, without executing anything: all that a `GET` may do (§10.5). */
export function settle({ requests, clock }: Partition, request: RequestRecord): RuleState['kind'] | 'ended' {
  if (hasEnded(request) || requests.executions.has(request.id)) return 'ended';
  const { kind } = stateOf(request, request.rule, hsmSeconds({ clock }));
  const status = statusOfRule[kind];
  if (status !== request.status) requests.update(request, { status });
  return kind;
}

/** The key as it is now, if it may do this now. */
function usableKey(partition: Partition, request: RequestRecord, now: number): KeyRecord | string {
  const key = partition.keys.same(request.keyLabel, request.keyIdentity);
  if (!key) return 'the key is gone';
  const { rule } = executors[request.kind];
  if (key.blocked && rule === 'ruleUse') return 'the key is blocked';
  // The HSM knows nothing of the snapshot: it checks the approvals against the policy the key has now.
  if (stateOf(request, key.rule(rule), now).kind !== 'open') return 'the key has another policy now';
  return key;
}

async function run(partition: Partition, request: RequestRecord): Promise<void> {
  const { requests } = partition;
  const executionTime = hsmSeconds(partition);
  const fail = (failureReason: string) => requests.update(request, { status: 'FAILED', failureReason, executionTime });
  const key = usableKey(partition, request, executionTime);
  if (typeof key === 'string') return fail(key);
  try {
    const { result, apply } = await execute(partition, { kind: request.kind, key, input: request.input });
    // No await from here on: what the HSM changed and the request's result are committed together.
    apply();
    requests.update(request, { status: 'EXECUTED', result, executionTime });
  } catch (error) {
    fail(error instanceof Error ? error.message : 'the HSM refused');
  }
}

/** Settles and, when the rule is open, executes: once, however often and from wherever it is called. */
export async function advance(partition: Partition, request: RequestRecord): Promise<void> {
  const { executions } = partition.requests;
  if (settle(partition, request) === 'open') {
    const execution = run(partition, request).finally(() => executions.delete(request.id));
    executions.set(request.id, execution);
  }
  await executions.get(request.id);
}

/** Withdraws a request that has not ended (§2.6). Returns whether it did. */
export function cancel(partition: Partition, request: RequestRecord): boolean {
  if (settle(partition, request) === 'ended' || hasEnded(request)) return false;
  partition.requests.update(request, { status: 'CANCELLED' });
  return true;
}

/** A deleted key's requests end with it, those of keys derived from it as well (§10.8). */
export function cancelRequestsOf(partition: Partition, key: KeyRecord): void {
  for (const request of partition.requests.all()) if (request.keyIdentity === key.identity) cancel(partition, request);
}
