import { sign } from 'node:crypto';
import { base64Text, isoSeconds, type JsonObject, parseJson, utf8Bytes } from '@securosys/core';
import { rsaKey } from '../../../tests/rsa-key.js';
import { createTestClock, type TestClock } from '../../testing/src/clock.js';
import {
  type ApproverKeyPair,
  approvalEntry,
  createApproverKey,
  createFakeTsb,
  type FakeTsb,
  type FakeTsbOptions,
  type WireRule,
} from '../src/index.js';

export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

export interface World {
  readonly clock: TestClock;
  readonly tsb: FakeTsb;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export function createWorld(options: FakeTsbOptions = {}): World {
  const clock = createTestClock();
  const tsb = createFakeTsb({ clock, attestationKey: rsaKey(), ...options });
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await tsb.fetch(`${tsb.url}${path}`, {
      method,
      headers: {
        ...(tsb.token && { authorization: `Bearer ${tsb.token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed = text === '' ? {} : parseJson(text, { surrogateUnits: true });
    return { status: response.status, body: (Array.isArray(parsed) ? { list: parsed } : parsed) as JsonObject };
  };
  return { clock, tsb, call };
}

export const message = utf8Bytes('what is to be signed');

export const approvers = (count: number): ApproverKeyPair[] =>
  Array.from({ length: count }, (_, i) => createApproverKey(`approver ${i + 1}`));

/** A rule of one token. Times in seconds. */
export function rule(
  people: readonly ApproverKeyPair[],
  quorum: number,
  { timelock = 0, timeout = 3600 }: { timelock?: number; timeout?: number } = {},
): WireRule {
  const groups = people.length === 0 ? [] : [{ name: 'group', quorum, approvals: people.map(approvalEntry) }];
  return { tokens: [{ name: 'token', timelock, timeout, groups }] };
}

export const signBody = (label: string, more: object = {}) => ({
  signRequest: {
    payload: base64Text(message),
    signKeyName: label,
    signatureAlgorithm: 'SHA256_WITH_ECDSA',
    ...more,
  },
});

/** Creates an asynchronous sign request and returns its id. */
export async function requestSign(world: World, label = 'k', more: object = {}): Promise<string> {
  const { status, body } = await world.call('POST', '/v1/sign', signBody(label, more));
  if (status !== 201) throw new Error(`sign request refused: ${JSON.stringify(body)}`);
  return body.signRequestId as string;
}

export async function statusOf(world: World, id: string): Promise<string> {
  return (await world.call('GET', `/v1/request/${id}`)).body.status as string;
}

/** The body members with which an approver logs in (§5.2), signed by its own key. */
export function login(key: ApproverKeyPair, now: number, more: object = {}) {
  const timestamp = isoSeconds(now);
  return {
    timestamp,
    timestampSignature: base64Text(sign('sha256', utf8Bytes(timestamp), key.privateKey)),
    timestampDigestAlgorithm: 'SHA-256',
    approverPublicKey: base64Text(key.spki),
    ...more,
  };
}

export async function fetchTasks(world: World, key: ApproverKeyPair, more: object = {}): Promise<JsonObject[]> {
  const answer = await world.call('POST', '/v1/filteredAllApprovalTask', login(key, world.clock.now(), more));
  if (answer.status !== 200) throw new Error(`tasks refused: ${JSON.stringify(answer.body)}`);
  return answer.body.tasks as JsonObject[];
}
