import { statusOfRule } from '../inferred.js';
import type { KeyStore } from '../keys/key-store.js';
import { evaluateRule, type RuleState } from '../policy/evaluate.js';
import type { MaybeRule } from '../policy/model.js';
import type { RequestRecord } from './request-record.js';

function stateOf(request: RequestRecord, rule: MaybeRule, now: number): RuleState {
  return evaluateRule(rule, {
    createdAt: request.spec.createdAt,
    now,
    approvedBy: request.keysIn('approved'),
    rejectedBy: request.keysIn('rejected'),
  });
}

/**
 * Brings the status up to date with time and decisions, without executing anything: all that a `GET` may do (§10.5).
 * @param now seconds
 */
export function settle(request: RequestRecord, now: number): RuleState['kind'] | 'ended' {
  if (request.ended || request.execution) return 'ended';
  const { kind } = stateOf(request, request.rule, now);
  request.status = statusOfRule[kind];
  return kind;
}

async function execute(request: RequestRecord, keys: KeyStore, now: number): Promise<void> {
  const { key: asked, ruleName, run } = request.spec;
  request.executionTime = now;
  const fail = (reason: string) => {
    request.failureReason = reason;
    request.status = 'FAILED';
  };
  const key = keys.same(asked.label, asked.identity);
  if (!key) return fail('the key is gone');
  if (key.blocked && ruleName === 'ruleUse') return fail('the key is blocked');
  // The HSM knows nothing of the snapshot: it checks the approvals against the policy the key has now.
  if (stateOf(request, key.rule(ruleName), now).kind !== 'open') return fail('the key has another policy now');
  try {
    request.result = await run(key);
    request.status = 'EXECUTED';
  } catch (error) {
    fail(error instanceof Error ? error.message : 'the HSM refused');
  }
}

/**
 * Settles and, when the rule is open, executes: once, however often and from wherever it is called.
 * @param now seconds
 */
export async function advance(request: RequestRecord, keys: KeyStore, now: number): Promise<void> {
  if (settle(request, now) === 'open') request.execution = execute(request, keys, now);
  await request.execution;
}

/** Withdraws a request that has not ended (§2.6). Returns whether it did. */
export function cancel(request: RequestRecord, now: number): boolean {
  if (settle(request, now) === 'ended' || request.ended) return false;
  request.status = 'CANCELLED';
  return true;
}
