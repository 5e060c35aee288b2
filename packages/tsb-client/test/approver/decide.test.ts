import { createHash } from 'node:crypto';
import { SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import type { ApprovalTask } from '../../src/api/index.js';
import { batchSha256, createApprover, type TaskView } from '../../src/index.js';
import { clientOf, failure, fakeFetch, json, quickClock } from '../fake-fetch.js';
import {
  approverBefore,
  approverKey,
  hex,
  hsm,
  message,
  metadataFor,
  nonceOf,
  spki,
  type TaskPlan,
  taskOf,
  toy,
} from './task.js';

const digestOf = (n: number) => `sha256:${createHash('sha256').update(String(n)).digest('hex')}`;
const idOf = (n: number) => `aaaaaaaa-0000-4000-8000-${String(n).padStart(12, '0')}`;

const batchHashes = new Map<number, string>();
/** Hash of the batch of the first `size` tasks. */
function batchHash(size: number): string {
  const known = batchHashes.get(size) ?? batchSha256(Array.from({ length: size }, (_, i) => hex(message(digestOf(i)))));
  batchHashes.set(size, known);
  return known;
}

/** Task number `n` of a batch of `size`. */
function member(n: number, size: number, plan: TaskPlan = {}): ApprovalTask {
  const payload = message(digestOf(n));
  const honest = metadataFor(payload, digestOf(n));
  const binding = { ...honest.binding, nonce: nonceOf(n + 1), batchId: 'release 1.4', batchSha256: batchHash(size) };
  return taskOf({ id: idOf(n), payload, metadata: { ...honest, binding }, ...plan });
}

const batch = (size: number) => Array.from({ length: size }, (_, n) => member(n, size));
const accepting = { acceptRisks: ['unknown-requester'] } as const;

/** A TSB that pages, and answers decisions as the test says. */
function tsbWith(
  listed: () => readonly ApprovalTask[],
  answer: (id: string, n: number) => Response | Error = () => json(undefined),
) {
  const decided: { id: string; approvalToBeSigned?: string }[] = [];
  let lists = 0;
  const { fetch } = fakeFetch((seen) => {
    const body = seen.json as { id: string; paging?: { pageNumber: number; pageSize: number } };
    if (body.paging) {
      lists++;
      const { pageNumber, pageSize } = body.paging;
      return json({ tasks: listed().slice(pageNumber * pageSize, (pageNumber + 1) * pageSize) });
    }
    decided.push(body);
    const given = answer(body.id, decided.length);
    if (given instanceof Error) throw given;
    return given;
  });
  const approver = createApprover({
    client: clientOf(fetch),
    clock: quickClock,
    key: approverKey,
    formats: [toy],
    pinnedTimestampKey: spki(hsm.publicKey),
  });
  return { approver, decided, lists: () => lists };
}

describe('one decision over many tasks (S10)', () => {
  it('covers the 100 that were shown; a 101st of the same batch id is reported and not signed', async () => {
    let listed = batch(100);
    const { approver, decided } = tsbWith(() => listed);
    const views = await approver.tasks();
    expect(views).toHaveLength(100);
    expect(views.every(({ risks }) => !risks.includes('batch-differs'))).toBe(true);
    const late = member(100, 100);
    listed = [...listed, late];
    const { outcomes, newcomers, ...rest } = await approver.decide(views, 'approve', accepting);
    expect(rest).toEqual({});
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array(100).fill('approved'));
    expect(newcomers.map(({ id }) => id)).toEqual([idOf(100)]);
    expect(decided.map(({ id }) => id)).toEqual(views.map(({ id }) => id));
    expect(decided.map(({ approvalToBeSigned }) => approvalToBeSigned)).toEqual(
      listed.slice(0, 100).map(({ approvalToBeSigned }) => approvalToBeSigned),
    );
  });

  it('signs the bytes that were shown, though the TSB lists others under the same task id by now', async () => {
    let listed = batch(2);
    const { approver, decided } = tsbWith(() => listed);
    const views = await approver.tasks();
    const shown = listed.map(({ approvalToBeSigned }) => approvalToBeSigned);
    listed = [member(7, 2, { id: idOf(0) }), member(8, 2, { id: idOf(1) })];
    await approver.decide(views, 'approve', accepting);
    expect(decided.map(({ approvalToBeSigned }) => approvalToBeSigned)).toEqual(shown);
  });

  it.each([
    ['one that slipped in before people looked', () => [...batch(3), member(9, 3)], 4],
    ['one that is missing', () => batch(3).slice(1), 2],
    ['a batch that states no hash', () => [taskOf({ metadata: { facts: {}, claims: {}, binding: { batchId: 'x' } } })], 1],
  ])('a batch that is not what it was made of says so: %s', async (_, listed, count) => {
    const { approver, decided } = tsbWith(listed);
    const views = await approver.tasks();
    expect(views.map(({ risks }) => risks.includes('batch-differs'))).toEqual(Array(count).fill(true));
    await expect(approver.decide(views, 'approve', accepting)).rejects.toMatchObject({
      code: 'ERR_VETOED',
      details: { risks: ['batch-differs'] },
    });
    expect(decided).toEqual([]);
  });

  it('rejects as well', async () => {
    const { approver, decided } = tsbWith(() => batch(2));
    const { outcomes } = await approver.decide(await approver.tasks(), 'reject');
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['rejected', 'rejected']);
    expect(decided.every((one) => !('approvalToBeSigned' in one))).toBe(true);
  });
});

describe('either all can be approved or none is:', () => {
  it.each<[string, TaskPlan | object, string]>([
    ['a contradiction', { seconds: 1_600_000_000 }, 'ERR_FACTS_MISMATCH'],
    ['a blind one', { payload: Uint8Array.of(1, 2, 3), metadata: undefined }, 'ERR_BLIND_SIGNING'],
    ['one with a risk that nobody accepted', { kind: 'unblock', metadata: undefined }, 'ERR_VETOED'],
  ])('%s', async (_, plan, code) => {
    const { approver, decided } = tsbWith(() => [taskOf({ id: idOf(1) }), taskOf({ id: idOf(2), ...plan })]);
    const views = await approver.tasks();
    await expect(approver.decide(views, 'approve', accepting)).rejects.toMatchObject({ code });
    expect(decided).toEqual([]);
  });

  it('the risk that somebody looked at is accepted by name', async () => {
    const { approver, decided } = tsbWith(() => [taskOf({ kind: 'unblock' })]);
    const views = await approver.tasks();
    await approver.decide(views, 'approve', { acceptRisks: ['unblock', 'unknown-requester'] });
    expect(decided).toHaveLength(1);
  });

  it.each<[string, (views: TaskView[]) => unknown, unknown, object]>([
    ['no task', () => [], 'approve', {}],
    ['no list', () => undefined, 'approve', {}],
    ['a task twice', ([a]) => [a, a], 'approve', accepting],
    ['a view of somebody else’s making', ([a]) => [{ ...a }], 'approve', accepting],
    ['another word', (views) => views, 'yes', accepting],
    ['an option that does not exist', (views) => views, 'approve', { allowAll: true }],
    ['risks that are no list', (views) => views, 'approve', { acceptRisks: 'unblock' }],
    ['a risk that does not exist', (views) => views, 'approve', { acceptRisks: ['unknown-requester', 'unknown-requestr'] }],
    ['a flag that is none', (views) => views, 'approve', { allowBlind: 'yes' }],
  ])('%s', async (_, choose, decision, options) => {
    const { approver, decided } = tsbWith(() => [taskOf()]);
    const views = choose(await approver.tasks()) as TaskView[];
    const wrong = approver.decide(views, decision as 'approve', options as object);
    await expect(wrong).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(decided).toEqual([]);
  });
});

describe('what fails in the middle is in the outcome, and nothing else is lost:', () => {
  it('a task that is gone, one the TSB refuses, a lost answer', async () => {
    const answers: Readonly<Record<string, Response | Error>> = {
      [idOf(1)]: failure(652, 404),
      [idOf(2)]: failure(403, 403),
      [idOf(3)]: Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('x'), { code: 'ECONNRESET' }) }),
    };
    const { approver, decided } = tsbWith(
      () => batch(5),
      (id) => answers[id] ?? json(undefined),
    );
    const { outcomes, newcomers } = await approver.decide(await approver.tasks(), 'approve', accepting);
    expect(outcomes.map((one) => (one.outcome === 'failed' ? one.error.code : one.outcome))).toEqual([
      'approved',
      'ERR_REQUEST_NOT_FOUND',
      expect.stringMatching(/^ERR_/),
      'ERR_OUTCOME_UNKNOWN',
      'approved',
    ]);
    expect(outcomes.map(({ view }) => view.id)).toEqual([0, 1, 2, 3, 4].map(idOf));
    expect(newcomers).toEqual([]);
    expect(new Set(decided.map(({ id }) => id)).size).toBe(5);
  });

  it('an approver’s key that is pulled out', async () => {
    let uses = 0;
    const sign = async (bytes: Uint8Array) => {
      if (++uses === 4) throw new Error('card removed');
      return approverKey.sign(bytes);
    };
    const { approver } = approverBefore(batch(3), { key: { ...approverKey, sign } });
    const { outcomes } = await approver.decide(await approver.tasks(), 'approve', accepting);
    // A login came first.
    expect(outcomes.map((one) => (one.outcome === 'failed' ? one.error.code : one.outcome))).toEqual([
      'approved',
      'approved',
      'ERR_KEY_NOT_USABLE',
    ]);
  });

  it('an abort: what was not tried is skipped', async () => {
    const stop = new AbortController();
    const { approver, decided } = tsbWith(
      () => batch(4),
      (_, n) => {
        if (n === 2) stop.abort();
        return json(undefined);
      },
    );
    const views = await approver.tasks();
    const { outcomes, newcomersUnknown } = await approver.decide(views, 'approve', { ...accepting, signal: stop.signal });
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['approved', expect.any(String), 'skipped', 'skipped']);
    expect(decided).toHaveLength(2);
    expect(SignError.is(newcomersUnknown)).toBe(true);
  });

  it('a list that cannot be fetched again leaves newcomers unknown, and the decisions taken', async () => {
    let down = false;
    const { approver } = tsbWith(() => {
      if (down) throw new TypeError('fetch failed');
      return batch(1);
    });
    const views = await approver.tasks();
    down = true;
    const { outcomes, newcomersUnknown } = await approver.decide(views, 'approve', accepting);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['approved']);
    expect(newcomersUnknown).toMatchObject({ name: 'SignError' });
  });
});

describe('the list of tasks', () => {
  it('is fetched task by task where a page is too large for the client', async () => {
    const sizes: number[] = [];
    const tasks = batch(3);
    const { fetch } = fakeFetch((seen) => {
      const { pageNumber, pageSize } = (seen.json as { paging: { pageNumber: number; pageSize: number } }).paging;
      sizes.push(pageSize);
      return json({ tasks: tasks.slice(pageNumber * pageSize, (pageNumber + 1) * pageSize) });
    });
    const client = clientOf(fetch, { maxResponseBytes: 9_000 });
    const approver = createApprover({ client, clock: quickClock, key: approverKey, formats: [toy] });
    expect((await approver.tasks()).map(({ id }) => id)).toEqual([0, 1, 2].map(idOf));
    expect(sizes).toEqual([20, 1, 1, 1, 1]);
  });

  it('that is too large even so is an error', async () => {
    const { fetch } = fakeFetch(json({ tasks: batch(1) }));
    const client = clientOf(fetch, { maxResponseBytes: 100 });
    const approver = createApprover({ client, clock: quickClock, key: approverKey, formats: [toy] });
    await expect(approver.tasks()).rejects.toMatchObject({ code: 'ERR_LIMIT' });
  });
});
