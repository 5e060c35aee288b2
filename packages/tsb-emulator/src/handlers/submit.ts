import type { ChallengePayload } from '@securosys/tsb-client/api';
import { failure } from '../failure.js';
import { errorOfNeverFulfillable } from '../inferred.js';
import type { KeyRecord } from '../keys/key-record.js';
import { hsmSeconds, type Partition } from '../partition.js';
import type { RuleName } from '../policy/model.js';
import { advance } from '../requests/lifecycle.js';
import { type OperationKind, RequestRecord, type RequestSpec, type ShownRequest } from '../requests/request-record.js';

const ruleOf = { sign: 'ruleUse', block: 'ruleBlock', unblock: 'ruleUnblock', modify: 'ruleModify' } as const satisfies Record<
  OperationKind,
  RuleName
>;

export interface Submission {
  readonly kind: OperationKind;
  readonly key: KeyRecord;
  readonly payload?: ChallengePayload;
  readonly body: Uint8Array;
  readonly shown: ShownRequest;
  readonly run: RequestSpec['run'];
}

/**
 * Creates an asynchronous request with its challenge and tasks, and executes it at once when its rule asks for nothing (§4.4).
 * @returns the request id
 * @throws SignError with the TSB error 612, 614
 */
export async function submit(partition: Partition, { kind, payload, ...rest }: Submission): Promise<string> {
  const ruleName = ruleOf[kind];
  const createdAt = hsmSeconds(partition);
  if (rest.key.rule(ruleName)?.tokens.length === 0)
    throw failure(errorOfNeverFulfillable, `the policy never allows to ${kind} with this key`);
  const operation = kind === 'sign' ? 'use' : kind;
  const challenge = partition.timestampKey.challenge(operation, rest.key.label, createdAt, payload);
  const request = new RequestRecord({ kind, ruleName, createdAt, challenge, ...rest });
  partition.requests.add(request);
  await advance(request, partition.keys, createdAt);
  return request.id;
}
