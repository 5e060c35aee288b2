import { createHash, generateKeyPairSync } from 'node:crypto';
import { base64Text, utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import type { ApprovalTask } from '../../src/api/index.js';
import {
  batchSha256,
  bindMetadata,
  type RequestMetadata,
  type RequestView,
  requestData,
  requestText,
  riskWords,
  timeLeftText,
} from '../../src/index.js';
import { quickClock } from '../fake-fetch.js';
import {
  approverBefore,
  approverKey,
  digestB,
  hex,
  keyPair,
  keyXmlOf,
  message,
  metadataFor,
  spki,
  type TaskPlan,
  taskOf,
} from './task.js';

const digestOf = (n: number) => `sha256:${createHash('sha256').update(String(n)).digest('hex')}`;
const idOf = (n: number) => `aaaaaaaa-0000-4000-8000-${String(n).padStart(12, '0')}`;
const ci = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const requesters = [{ name: 'release-ci', spki: spki(ci.publicKey) }];
const batchId = 'b'.repeat(64);
const listOf = (size: number) => Array.from({ length: size }, (_, n) => hex(message(digestOf(n))));
const now = quickClock.now();
const expiresAt = Date.parse('2026-12-01T00:00:00Z');

/** Task number `n` of a batch of `size`, as an application of ours asks. */
function member(n: number, size = 3, plan: TaskPlan & { claims?: Record<string, string>; payloads?: readonly string[] } = {}) {
  const { claims = { commit: 'c0ffee', platform: `linux/${n}` }, payloads = listOf(size), ...rest } = plan;
  const payload = plan.payload ?? message(digestOf(n));
  const bound = {
    operation: 'sign',
    algorithm: 'ecdsa-sha256',
    keyLabel: 'release',
    nonce: utf8Bytes(plan.id ?? idOf(n)),
    expiresAt,
  };
  const binding = bindMetadata({ payload, ...bound, batch: { id: batchId, payloads } });
  const metadata = { ...metadataFor(payload, digestOf(n)), claims, binding };
  return taskOf({ id: idOf(n), payload, metadata, signedBy: ci.privateKey, ...rest });
}
const batch = (size = 3) => Array.from({ length: size }, (_, n) => member(n, size));

function before(tasks: () => readonly ApprovalTask[]) {
  const both = approverBefore(() => tasks(), { requesters });
  const decisions = () => both.posted.flatMap((one) => (/filtered/.test(one.url) ? [] : [(one.json as { id: string }).id]));
  return { ...both, decisions };
}

async function only(tasks: readonly ApprovalTask[]) {
  const { approver, decisions } = before(() => tasks);
  const [request, ...more] = await approver.requests();
  if (!request || more.length > 0) throw new Error('one request was expected');
  return { approver, decisions, request };
}

const refusesAll = async (request: RequestView, tasks: Awaited<ReturnType<typeof only>>, code: string) => {
  await expect(tasks.approver.decide(request, 'approve')).rejects.toMatchObject({ code });
  expect(tasks.decisions()).toEqual([]);
};

describe('requests', () => {
  it('are batches as they were made, and tasks that stand alone', async () => {
    const alone = taskOf({ id: idOf(9), payload: message(digestB), signedBy: ci.privateKey });
    const { approver } = before(() => [member(0), alone, member(1), member(2)]);
    const requests = await approver.requests();
    expect(requests.map(({ id, isBatch, tasks }) => [id, isBatch, tasks.map((task) => task.id)])).toEqual([
      [batchId, true, [0, 1, 2].map(idOf)],
      [idOf(9), false, [idOf(9)]],
    ]);
    const [first] = requests;
    expect(first).toMatchObject({ requester: { name: 'release-ci' }, claimsVerified: true, missing: [], extra: [], risks: [] });
  });

  it('show the facts of every member, and what is claimed alike of all apart from the rest', async () => {
    const { request } = await only(batch());
    expect(request.tasks.map(({ facts }) => facts?.subject?.digest)).toEqual([0, 1, 2].map(digestOf));
    expect(request.claims).toEqual({ app: 'ci', commit: 'c0ffee' });
  });

  it('of a stranger are not those of an application that you know, whatever they call themselves', async () => {
    const { approver } = before(() => [...batch(), member(3, 3, { signedBy: undefined as never })]);
    const [known, stranger] = await approver.requests();
    expect(known).toMatchObject({ risks: [], claimsVerified: true });
    expect(stranger).toMatchObject({ id: batchId, requester: 'unverified', claimsVerified: false, extra: [idOf(3)] });
    expect(stranger?.risks).toEqual(['unknown-requester', 'batch-differs']);
  });

  it('name a task that the batch was not made of; one decision does not cover it', async () => {
    const tasks = await only([...batch(), member(7, 3)]);
    const { request } = tasks;
    expect(request).toMatchObject({ missing: [], extra: [idOf(7)], risksToAccept: ['batch-differs'] });
    await refusesAll(request, tasks, 'ERR_VETOED');
  });

  it('count a payload as often as the batch was made of it', async () => {
    const payloads = [...listOf(2), ...listOf(1)];
    const twice = [0, 0, 1].map((n, at) => member(n, 2, { payloads, id: idOf(at) }));
    expect((await only(twice)).request).toMatchObject({ missing: [], extra: [] });
    const thrice = await only([...twice, member(0, 2, { payloads, id: idOf(3) })]);
    expect(thrice.request.extra).toEqual([idOf(3)]);
  });

  it('name members that are not here; what is here can be decided', async () => {
    const { approver, decisions, request } = await only(batch(3).slice(1));
    expect(request).toMatchObject({
      missing: [hex(message(digestOf(0)))],
      extra: [],
      risks: ['batch-incomplete'],
      risksToAccept: [],
    });
    await approver.decide(request, 'approve');
    expect(decisions()).toEqual([1, 2].map(idOf));
  });

  it('of over 64 members have their hash alone: a missing one is a difference that nobody can name', async () => {
    const payloads = listOf(65);
    const of = (size: number) => Array.from({ length: size }, (_, n) => member(n, 65, { payloads }));
    expect((await only(of(65))).request).toMatchObject({ risks: [], extra: [] });
    const { request } = await only(of(64));
    expect(request).toMatchObject({ risks: ['batch-differs'], extra: [] });
    expect(request).not.toHaveProperty('missing');
  });

  it('that speak of two batches under one name are nothing to decide at once', async () => {
    const { request } = await only([member(0, 2), member(1, 2), member(2, 3)]);
    expect(request.risksToAccept).toEqual(['batch-differs']);
  });

  it('do not believe a list of members that is not the one of the hash', async () => {
    const payload = message(digestOf(5));
    const honest = bindMetadata({
      payload,
      operation: 'sign',
      keyLabel: 'release',
      nonce: new Uint8Array(16).fill(9),
      expiresAt,
    });
    const lie = { ...honest, batchId, batchSha256: 'a'.repeat(64), batchPayloads: hex(payload) };
    const metadata = { facts: {}, claims: {}, binding: { ...lie, algorithm: 'ecdsa-sha256' } };
    const { request } = await only([taskOf({ payload, metadata, signedBy: ci.privateKey })]);
    expect(request.tasks[0]?.batch).toEqual({ id: batchId, sha256: 'a'.repeat(64) });
    expect(request.risksToAccept).toEqual(['batch-differs']);
  });

  it.each(['detailLevels', 'operation', 'id'])(
    'are asked for with no option %s: a part of a batch is no request',
    async (name) => {
      const { approver } = before(() => []);
      await expect(approver.requests({ [name]: 'level5' } as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    },
  );
});

describe('one decision over a request (S10)', () => {
  it('covers exactly the displayed tasks; one that came later is reported and not signed', async () => {
    let listed: readonly ApprovalTask[] = batch();
    const { approver, decisions } = before(() => listed);
    const [request] = await approver.requests();
    listed = [...listed, member(7, 3)];
    const { outcomes, newcomers } = await approver.decide(request as RequestView, 'approve');
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['approved', 'approved', 'approved']);
    expect(newcomers.map(({ id }) => id)).toEqual([idOf(7)]);
    expect(decisions()).toEqual([0, 1, 2].map(idOf));
  });

  it.each<[string, TaskPlan]>([
    ['whose description is that of another one', { metadata: metadataFor(message(digestB), digestB) }],
    ['whose facts are not what its bytes say', { payload: message(digestB) }],
    ['that is too old', { seconds: 1_600_000_000 }],
  ])('is refused as a whole for one member %s', async (_, plan) => {
    const wrong = member(1, 3, plan);
    // What is wrong is bound to the same batch, by the same application.
    const binding = { batchId, batchSha256: batchSha256(listOf(3)), batchPayloads: listOf(3).toSorted().join('\n') };
    const said = plan.metadata as RequestMetadata | undefined;
    const bound = said && member(1, 3, { metadata: { ...said, binding: { ...said.binding, ...binding } } });
    const tasks = await only([member(0), bound ?? wrong, member(2)]);
    const { request } = tasks;
    expect(request.mismatches.length).toBeGreaterThan(0);
    expect(request.mismatches.every(({ task }) => task === idOf(1))).toBe(true);
    expect(requestData(request, now).canBeApproved).toBe(false);
    expect(requestText(request, now).join('\n')).toContain('  CANNOT BE APPROVED: ');
    await refusesAll(request, tasks, 'ERR_FACTS_MISMATCH');
  });

  it.each<[string, (request: RequestView) => unknown]>([
    ['a copy of a request', (request) => ({ ...request })],
    ['a request of more than was shown', (request) => ({ ...request, tasks: [...request.tasks, ...request.tasks] })],
    ['nothing', () => undefined],
  ])('is not taken over %s', async (_, change) => {
    const { approver, decisions, request } = await only(batch());
    const wrong = approver.decide(change(request) as RequestView, 'approve');
    await expect(wrong).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(decisions()).toEqual([]);
    expect(() => (request.tasks as unknown[]).push({})).toThrow(TypeError);
  });
});

describe('a request in words', () => {
  it('says what is proven of all, what of each, what is claimed, and what to think about', async () => {
    const { request } = await only([...batch(2), member(7, 2)]);
    const keyHash = hex(spki(keyPair.publicKey));
    const block = (n: number, at: number, more = '') => [
      `  (${at}) sign by SHA256_WITH_ECDSA with key 'release', asked 2026-11-21T11:59:00Z`,
      `      task ${idOf(n)}${more}`,
      `    digest                 ${digestOf(n)}`,
      `    payloadSha256          ${hex(message(digestOf(n)))}`,
      '  CLAIMED of this one:',
      `    platform               linux/${n}`,
    ];
    expect(requestText(request, now)).toEqual([
      `request ${batchId}: 3 tasks to decide at once`,
      '  each task gets an approval of its own; one decision covers exactly these 3',
      '  1 task among them that the batch was not made of',
      '  PROVEN of all of them by the very bytes that an approval covers:',
      '    what                   sign an image',
      '    size                   7',
      '    mediaType              application/x',
      '  SAID of the key, and its rules of today, by the TSB alone; nothing proves it:',
      `    publicKeySha256        ${keyHash}`,
      '  PROVEN of each of them by the very bytes that an approval covers:',
      ...block(0, 1),
      ...block(1, 2),
      ...block(7, 3, '   NOT A MEMBER of the batch as it was made'),
      '  CLAIMED of all of them by release-ci:',
      '    app                    ci',
      '    commit                 c0ffee',
      '  THINK ABOUT batch-differs: the tasks are not those that the batch was made of',
    ]);
  });

  it('holds every digest whole, once for each member', async () => {
    const { request } = await only(batch());
    const text = requestText(request, now).join('\n');
    for (const n of [0, 1, 2]) expect(text.split(digestOf(n))).toHaveLength(2);
  });

  it('rules no terminal, whatever the requester claims (S11)', async () => {
    const claims = { 'commit\u001b[2J': 'x\u202egnp.1\nPROVEN digest sha256:0', build: 'https://ci/\u0007' };
    const { request } = await only([0, 1].map((n) => member(n, 2, { claims })));
    const lines = requestText(request, now);
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    expect(lines.filter((line) => line.startsWith('  PROVEN'))).toHaveLength(2);
  });

  it('says of each key by whose word it is, where a request has several', async () => {
    const { request } = await only(batch(2));
    const hashes = ['1', '2'].map((digit) => digit.repeat(64));
    const tasks = request.tasks.map((task, at) => ({ ...task, keySpkiSha256: hashes[at] as string }));
    const lines = requestText({ ...request, tasks }, now);
    const said = lines.flatMap((line, at) => (line.startsWith('  SAID of the key') ? [lines[at + 1]] : []));
    expect(said).toEqual(hashes.map((hash) => `    publicKeySha256        ${hash}`));
  });

  it('keeps the lines of new rules together', async () => {
    const rule = { tokens: [{ name: 't', timelock: 0, timeout: 600, groups: [] }] };
    const policy = { ruleUse: rule, ruleBlock: rule, ruleUnblock: rule, ruleModify: rule };
    const tasks = [1, 2].map((n) => {
      const bound = { operation: 'modify', keyLabel: 'release', nonce: new Uint8Array(16).fill(n), expiresAt };
      const binding = bindMetadata({ ...bound, batch: { id: batchId, payloads: [] } });
      return taskOf({ id: idOf(n), policy, metadata: { facts: {}, claims: {}, binding }, signedBy: ci.privateKey });
    });
    const { request } = await only(tasks);
    const text = requestText(request, now);
    expect(text.filter((line) => line.includes('new rules: ')).length).toBe((request.tasks[0]?.policyText?.length ?? 0) * 2);
    expect(text.join('\n')).toContain('THINK ABOUT policy-change: who may use the key changes');
  });

  it('says who has decided on how many of the tasks', async () => {
    const [ada, bob] = [approverKey.spki, spki(ci.publicKey)].map((key) => Buffer.from(key).toString('base64'));
    const status = (approvedBy: unknown[]) => ({
      requestStatus: { id: idOf(1), status: 'PENDING', approvedBy, notYetApprovedBy: [ada], rejectedBy: [] },
    });
    const tasks = batch(2).map((task, n) => ({ ...task, detailLevel: 'level6', ...status(n === 0 ? [bob] : []) }));
    const { request } = await only(tasks as never);
    const bobs = hex(spki(ci.publicKey));
    expect(request.progress).toMatchObject({
      approvedBy: [{ keySha256: bobs, tasks: 1 }],
      notYetApprovedBy: [{ tasks: 2 }],
      rejectedBy: [],
    });
    const text = requestText(request, now).join('\n');
    expect(text).toContain(`[key ${bobs}] (1 of 2) approved, nobody rejected`);
  });
});

describe('the time that is left', () => {
  const group = `<group name="g"><quorum>1</quorum><approval type="public_key" name="a">${base64Text(approverKey.spki)}</approval></group>`;
  const token = (timelock: number, timeout: number) =>
    `<token name="t"><timelock>${timelock}</timelock><timeout>${timeout}</timeout>${group}</token>`;
  const xmlOf = (...tokens: string[]) => {
    const [use, rest] = [`<rule_use>${tokens.join('')}</rule_use>`, '<rule_block/><rule_unblock/><rule_modify/>'];
    const policy = `<policy><key_status><blocked>false</blocked></key_status>${use}${rest}</policy>`;
    return keyXmlOf({ sign: true, decrypt: false, unwrap: false }, policy);
  };
  // Tasks of these tests were asked a minute ago.
  it.each([
    ['one way', [token(0, 600)], 'until 2026-11-21T12:09:00Z, 9 min left', 540_000],
    ['the wider of two', [token(0, 600), token(0, 7200)], 'until 2026-11-21T13:59:00Z, 1 h 59 min left', 7_140_000],
    ['a time lock', [token(600, 3600)], '12:59:00Z, 59 min left; nothing is executed before 2026-11-21T12:09:00Z', 3_540_000],
    ['none left', [token(0, 60)], 'until 2026-11-21T12:00:00Z, which is over', 0],
  ])('is that of the rules of today: %s', async (_, tokens, text, timeLeftMs) => {
    const { request } = await only([0, 1].map((n) => member(n, 2, { keyXml: xmlOf(...tokens) })));
    expect(requestText(request, now).join('\n')).toContain(text);
    expect(requestData(request, now).timeLeftMs).toBe(timeLeftMs);
  });

  it('of a request is that of its shortest task', async () => {
    const [short, long] = [600, 7200].map((timeout, n) => member(n, 2, { keyXml: xmlOf(token(0, timeout)) }));
    const { request } = await only([long, short] as ApprovalTask[]);
    expect(request.window).toEqual({ closesAt: '2026-11-21T12:09:00Z' });
  });

  it('is not known where the rules are not, and not limited where they are not', async () => {
    const { request } = await only(batch());
    expect(request).not.toHaveProperty('window');
    const unlimited = await only([0].map((n) => member(n, 1, { keyXml: xmlOf(token(0, 0)) })));
    expect(unlimited.request.window).toEqual({});
    expect(requestText(unlimited.request, now).join('\n')).not.toContain('APPROVALS COUNT');
  });
});

describe('a request as data', () => {
  it('goes through JSON unchanged, with risks explained and the ids of their tasks', async () => {
    const { request } = await only([...batch(2), member(7, 2)]);
    const data = requestData(request, now);
    expect(JSON.parse(JSON.stringify(data))).toEqual(data);
    expect(data).toMatchObject({ id: batchId, canBeApproved: true, extra: [idOf(7)], claims: { commit: 'c0ffee' } });
    expect(data.risks).toEqual([
      { risk: 'batch-differs', meaning: riskWords['batch-differs'], needsSecondLook: true, tasks: [0, 1, 7].map(idOf) },
    ]);
    expect(data.tasks.map(({ facts }) => facts?.subject?.digest)).toEqual([0, 1, 7].map(digestOf));
  });
});

it.each<[number, string]>([
  [-1, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_599_999, '59 min'],
  [5_400_000, '1 h 30 min'],
  [7_200_000, '2 h'],
  [3 * 86_400_000 + 60_000, '3 d'],
  [3 * 86_400_000 + 7_260_000, '3 d 2 h'],
])('%d ms are shown as never more: %s', (ms, text) => {
  expect(timeLeftText(ms)).toBe(text);
});
