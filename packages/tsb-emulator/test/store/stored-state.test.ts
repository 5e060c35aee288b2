import { generateKeyPairSync } from 'node:crypto';
import { SignError } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { createTestClock } from '../../../testing/src/clock.js';
import { createHostedFakeTsb, type FakeTsb } from '../../src/fake-tsb.js';
import type { FakeTsbOptions } from '../../src/index.js';
import { approvers, rule, signBody } from '../support.js';
import { MapJournal } from './map-journal.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const attestationKey = rsaKey(); // making them is slow
const people = approvers(2);
const clock = createTestClock();

function open(journal: MapJournal, options: FakeTsbOptions = {}) {
  const { tsb } = createHostedFakeTsb(
    { clock, attestationKey, token: 't', ...options },
    new Set(['tsb.emulated.invalid']),
    journal,
  );
  const call = async (method: string, path: string, body?: object) => {
    const headers = { authorization: 'Bearer t', ...(body && { 'content-type': 'application/json' }) };
    const answer = await tsb.fetch(`${tsb.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  return { tsb, call };
}

/** All that can be seen of a broker. */
async function seen({ tsb, call }: { tsb: FakeTsb; call: ReturnType<typeof open>['call'] }) {
  const labels: string[] = (await call('GET', '/v1/key')).body;
  const keys = [];
  for (const label of labels) keys.push((await call('POST', '/v1/key/attributes', { label })).body.json);
  return { keys, requests: tsb.requests, timestampKey: tsb.timestampKey };
}

const policy = { ruleUse: rule([people[0]!, people[1]!], 2), ruleBlock: rule([people[0]!], 1), ruleModify: null };
const modified = { ruleUse: rule([people[1]!], 1), ruleBlock: null, ruleUnblock: null, ruleModify: null };
type Step = (world: ReturnType<typeof open>) => Promise<unknown>;
const last = ({ tsb }: ReturnType<typeof open>) => tsb.requests.at(-1)?.id ?? '';
const allowed = async (work: Promise<unknown>) =>
  work.catch((error: unknown) => expect(SignError.is(error), String(error)).toBe(true));

const steps: Readonly<Record<string, Step>> = {
  add: ({ tsb }) => allowed(tsb.addKey({ label: 'k', privateKey, policy })),
  'add plain': ({ tsb }) => allowed(tsb.addKey({ label: 'p', privateKey })),
  sign: ({ call }) => call('POST', '/v1/sign', signBody('k')),
  'sign plain': ({ call }) => call('POST', '/v1/synchronousSign', signBody('p')),
  block: ({ call }) => call('POST', '/v1/block', { blockRequest: { blockKeyName: 'k' } }),
  unblock: ({ call }) => call('POST', '/v1/unblock', { unblockRequest: { unblockKeyName: 'k' } }),
  modify: ({ call }) => call('POST', '/v1/modify', { modifyRequest: { modifyKeyName: 'k', policy: modified } }),
  'approve 1': (world) => allowed(world.tsb.approve(last(world) || 'none', people[0]!)),
  'approve 2': (world) => allowed(world.tsb.approve(last(world) || 'none', people[1]!)),
  reject: (world) => allowed(world.tsb.reject(last(world) || 'none', people[0]!)),
  cancel: (world) => world.call('DELETE', `/v1/request/${last(world)}`),
  delete: ({ call }) => call('POST', '/v1/key/deleteKey', { label: 'k' }),
  tick: ({ tsb }) => tsb.tick(),
  wait: async () => clock.advance(1_800_000),
};

describe('what is stored', () => {
  it('is the whole state after every step of any course: a broker opened from it shows the same', async () => {
    const used = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...Object.keys(steps)), { maxLength: 14 }), async (course) => {
        const journal = new MapJournal();
        const world = open(journal);
        await steps.add?.(world);
        for (const name of course) {
          await steps[name]?.(world);
          used.set(name, (used.get(name) ?? 0) + 1);
          // A broker notices that time ran out when somebody looks, so both look at the same moment.
          expect(await seen(open(journal)), name).toEqual(await seen(world));
        }
      }),
      { numRuns: 30 },
    );
    expect([...used.keys()].sort()).toEqual(Object.keys(steps).sort());
  });

  it('is written once for each call that changes something, and not for one that does not', async () => {
    const journal = new MapJournal();
    const world = open(journal);
    await world.tsb.addKey({ label: 'k', privateKey, policy: {} });
    const commitsOf = async (work: () => Promise<unknown>) => {
      const before = journal.commits;
      await work();
      return journal.commits - before;
    };
    expect(await commitsOf(() => world.call('POST', '/v1/sign', signBody('k')))).toBe(1);
    expect(await commitsOf(() => world.call('GET', '/v1/key'))).toBe(0);
    expect(await commitsOf(() => world.call('GET', `/v1/request/${last(world)}`))).toBe(0);
  });

  it('that cannot be written is error 703, and is written with the next call that can', async () => {
    const journal = new MapJournal();
    const world = open(journal);
    await world.tsb.addKey({ label: 'k', privateKey, policy: {} });
    journal.failure = new SignError('ERR_STORE', 'the disk is full');
    expect(await world.call('POST', '/v1/sign', signBody('k'))).toMatchObject({ status: 500, body: { errorCode: 703 } });
    journal.failure = undefined;
    expect((await world.call('POST', '/v1/sign', signBody('k'))).status).toBe(201);
    expect(open(journal).tsb.requests).toHaveLength(2);
  });

  it('of an execution is both its result and its effect, or neither', async () => {
    const journal = new MapJournal();
    const world = open(journal);
    await world.tsb.addKey({ label: 'k', privateKey, policy: {} });
    // Another call commits while the HSM still computes.
    const signing = world.call('POST', '/v1/sign', signBody('k'));
    const snapshots: (string | undefined)[][] = [];
    for (let i = 0; i < 20; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      await world.tsb.addKey({ label: `n${i}`, privateKey });
      const [key] = [...(journal.records.get('EMULATED/keys')?.values() ?? [])].map((text) => JSON.parse(text));
      const [request] = [...(journal.records.get('EMULATED/requests')?.values() ?? [])].map((text) => JSON.parse(text));
      snapshots.push([request?.status ?? '(none)', String(key.useCount)]);
    }
    await signing;
    for (const [status, uses] of snapshots) expect(`${status} ${uses}`).toMatch(/^(\(none\)|APPROVED|PENDING) 0$|^EXECUTED 1$/);
  });

  it('of an execution that a process began and did not end is executed by the next process', async () => {
    const journal = new MapJournal();
    const world = open(journal);
    await world.tsb.addKey({ label: 'k', privateKey, policy: { ruleUse: rule([people[0]!], 1, { timelock: 60 }) } });
    await world.call('POST', '/v1/sign', signBody('k'));
    await world.tsb.approve(last(world), people[0]!);
    clock.advance(60_000);
    const next = open(journal);
    await Promise.all([next.tsb.tick(), next.tsb.tick()]);
    expect(next.tsb.requests[0]?.status).toBe('EXECUTED');
    expect((await seen(next)).keys[0].keyUsageCount).toBe(1);
  });

  it('under a licence that ran out: a key with a policy is used at once or not at all (1.14.2)', async () => {
    const journal = new MapJournal();
    const world = open(journal);
    await world.tsb.addKey({ label: 'k', privateKey, policy: { ruleUse: rule([people[0]!], 1) } });
    await world.tsb.addKey({ label: 'empty', privateKey, policy: {} });
    const cut = open(journal, { clientFlags: ['REST_API'] });
    expect(await cut.call('POST', '/v1/sign', signBody('k'))).toMatchObject({ status: 403, body: { errorCode: 401 } });
    expect(cut.tsb.requests).toHaveLength(0);
    expect((await cut.call('POST', '/v1/sign', signBody('empty'))).status).toBe(201);
    expect(cut.tsb.requests[0]?.status).toBe('EXECUTED');
  });
});
