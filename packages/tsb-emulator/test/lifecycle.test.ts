import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { base64Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { approvers, createWorld, fetchTasks, message, requestSign, rule, signBody, statusOf, type World } from './support.js';

const privateKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const publicKey = createPublicKey(privateKey);
const minutes = (n: number) => n * 60_000;

function signatureHolds(result: unknown): boolean {
  return verify('sha256', message, publicKey, base64Bytes(result as string));
}

/** A world with key `k` whose use needs `quorum` of `count` approvers. */
async function worldWith(count: number, quorum: number, times: { timelock?: number; timeout?: number } = {}) {
  const world = createWorld();
  const people = approvers(count);
  await world.tsb.addKey({ label: 'k', privateKey, policy: { ruleUse: rule(people, quorum, times) } });
  return { world, people, id: await requestSign(world) };
}

const resultOf = async (world: World, id: string) => (await world.call('GET', `/v1/request/${id}`)).body.result;

describe('a request (§4.4)', () => {
  it('is executed by the approval that completes the quorum, with a signature that verifies', async () => {
    const { world, people, id } = await worldWith(3, 2);
    await world.tsb.approve(id, people[0]!);
    expect(await statusOf(world, id)).toBe('PENDING');
    await world.tsb.approve(id, people[2]!);
    expect(await statusOf(world, id)).toBe('EXECUTED');
    expect(signatureHolds(await resultOf(world, id))).toBe(true);
  });

  it('under an always fulfillable rule is executed at once', async () => {
    const world = createWorld();
    await world.tsb.addKey({ label: 'k', privateKey, policy: {} });
    const id = await requestSign(world);
    expect(await statusOf(world, id)).toBe('EXECUTED');
  });

  it('on a plain key is executed at once', async () => {
    const world = createWorld();
    await world.tsb.addKey({ label: 'k', privateKey });
    expect(await statusOf(world, await requestSign(world))).toBe('EXECUTED');
  });

  it('whose quorum is complete waits for the timelock as APPROVED, and the timer executes it', async () => {
    const { world, people, id } = await worldWith(1, 1, { timelock: 600 });
    await world.tsb.approve(id, people[0]!);
    expect(await statusOf(world, id)).toBe('APPROVED');
    world.clock.advance(minutes(9));
    await world.tsb.tick();
    expect(await statusOf(world, id)).toBe('APPROVED');
    world.clock.advance(minutes(1));
    await world.tsb.tick();
    expect(await statusOf(world, id)).toBe('EXECUTED');
  });

  it('is rejected only when no quorum can be reached any more', async () => {
    const { world, people, id } = await worldWith(3, 2);
    await world.tsb.reject(id, people[0]!);
    expect(await statusOf(world, id)).toBe('PENDING');
    await world.tsb.reject(id, people[1]!);
    const { body } = await world.call('GET', `/v1/request/${id}`);
    expect(body.status).toBe('REJECTED');
    expect(body.rejectedBy).toHaveLength(2);
    expect(body.notYetApprovedBy).toHaveLength(1);
  });

  it('may be approved by who rejected it as long as it is pending', async () => {
    const { world, people, id } = await worldWith(3, 2);
    await world.tsb.reject(id, people[0]!);
    await world.tsb.approve(id, people[0]!);
    await world.tsb.approve(id, people[1]!);
    expect(await statusOf(world, id)).toBe('EXECUTED');
  });

  it('expires with its last window, also while it waits approved', async () => {
    const { world, people, id } = await worldWith(1, 1, { timelock: 600, timeout: 1200 });
    await world.tsb.approve(id, people[0]!);
    world.clock.advance(minutes(20));
    expect(await statusOf(world, id)).toBe('EXPIRED');
    await world.tsb.tick();
    expect(await statusOf(world, id)).toBe('EXPIRED');
    expect(await resultOf(world, id)).toBeNull();
  });

  it('refuses an approval after its window', async () => {
    const { world, people, id } = await worldWith(1, 1, { timeout: 60 });
    world.clock.advance(minutes(1));
    await expect(world.tsb.approve(id, people[0]!)).rejects.toMatchObject({ details: { upstreamCode: 652 } });
  });

  it('is cancelled by DELETE while pending, and its tasks are gone', async () => {
    const { world, people, id } = await worldWith(1, 1);
    expect(await fetchTasks(world, people[0]!)).toHaveLength(1);
    expect((await world.call('DELETE', `/v1/request/${id}`)).status).toBe(200);
    expect(await statusOf(world, id)).toBe('CANCELLED');
    expect(await fetchTasks(world, people[0]!)).toHaveLength(0);
  });

  it('that was executed stays executed when it is cancelled', async () => {
    const { world, people, id } = await worldWith(1, 1);
    await world.tsb.approve(id, people[0]!);
    expect((await world.call('DELETE', `/v1/request/${id}`)).status).toBe(200);
    expect(await statusOf(world, id)).toBe('EXECUTED');
  });

  it('is cancelled when its key is deleted', async () => {
    const { world, id } = await worldWith(1, 1);
    expect((await world.call('POST', '/v1/key/deleteKey', { label: 'k' })).status).toBe(200);
    expect(await statusOf(world, id)).toBe('CANCELLED');
  });

  it('fails when the key was blocked meanwhile', async () => {
    const { world, people, id } = await worldWith(1, 1);
    await world.call('POST', '/v1/block', { blockRequest: { blockKeyName: 'k' } });
    await world.tsb.approve(id, people[0]!);
    expect(await statusOf(world, id)).toBe('FAILED');
    expect(world.tsb.requests[0]?.failureReason).toContain('blocked');
  });

  it('fails when the policy got stricter than its approvals', async () => {
    const { world, people, id } = await worldWith(2, 1);
    const policy = { ruleUse: rule(people, 2), ruleBlock: null, ruleUnblock: null, ruleModify: null };
    expect((await world.call('POST', '/v1/modify', { modifyRequest: { modifyKeyName: 'k', policy } })).status).toBe(201);
    await world.tsb.approve(id, people[0]!);
    expect(await statusOf(world, id)).toBe('FAILED');
  });

  it('under a rule that nothing can fulfil is refused', async () => {
    const world = createWorld();
    await world.tsb.addKey({ label: 'k', privateKey, policy: { ruleBlock: { tokens: null } } });
    const answer = await world.call('POST', '/v1/block', { blockRequest: { blockKeyName: 'k' } });
    expect(answer).toMatchObject({ status: 403, body: { errorCode: 614 } });
  });

  it('is listed by its status', async () => {
    const { world, id } = await worldWith(1, 1);
    const pending = await world.call('POST', '/v1/filteredRequests', { requestStatusList: ['PENDING'] });
    expect(pending.body.requests).toEqual([{ id, status: 'PENDING' }]);
    const done = await world.call('POST', '/v1/filteredRequests', { requestStatusList: ['EXECUTED'] });
    expect(done.body.requests).toEqual([]);
  });

  it('of another id does not exist, and of a malformed id is a mistake', async () => {
    const { world } = await worldWith(1, 1);
    expect((await world.call('GET', '/v1/request/8a0b4c0e-0000-4000-8000-000000000000')).body.errorCode).toBe(651);
    expect((await world.call('GET', '/v1/request/1')).body.errorCode).toBe(609);
  });
});

describe('regressions of TSB releases (§9)', () => {
  it('a second token with a timelock executes', async () => {
    const world = createWorld();
    const [a, b] = approvers(2);
    const tokens = [...(rule([a!, b!], 2).tokens ?? []), ...(rule([a!], 1, { timelock: 3600, timeout: 7200 }).tokens ?? [])];
    await world.tsb.addKey({ label: 'k', privateKey, policy: { ruleUse: { tokens } } });
    const id = await requestSign(world);
    await world.tsb.approve(id, a!);
    world.clock.advance(minutes(60));
    await world.tsb.tick();
    expect(await statusOf(world, id)).toBe('EXECUTED');
  });

  it('approving twice counts once', async () => {
    const { world, people, id } = await worldWith(3, 2);
    await world.tsb.approve(id, people[0]!);
    await expect(world.tsb.approve(id, people[0]!)).rejects.toMatchObject({ details: { upstreamCode: 652 } });
    expect(await statusOf(world, id)).toBe('PENDING');
  });

  it('an empty policy and an asynchronous call go together', async () => {
    const world = createWorld();
    const rules = { ruleUse: null, ruleBlock: null, ruleUnblock: null, ruleModify: null, keyStatus: { blocked: false } };
    await world.tsb.addKey({ label: 'k', privateKey, policy: rules });
    expect(await statusOf(world, await requestSign(world))).toBe('EXECUTED');
  });

  it('adding an approver leaves the existing ones valid', async () => {
    const { world, people } = await worldWith(1, 1);
    const more = [...people, ...approvers(1)];
    const policy = { ruleUse: rule(more, 1), ruleBlock: null, ruleUnblock: null, ruleModify: null };
    await world.call('POST', '/v1/modify', { modifyRequest: { modifyKeyName: 'k', policy } });
    const id = await requestSign(world);
    await world.tsb.approve(id, people[0]!);
    expect(await statusOf(world, id)).toBe('EXECUTED');
  });

  it('GET never executes, however often it is called', async () => {
    const { world, people, id } = await worldWith(1, 1, { timelock: 60 });
    await world.tsb.approve(id, people[0]!);
    world.clock.advance(minutes(5));
    for (let i = 0; i < 5; i++) expect(await statusOf(world, id)).toBe('APPROVED');
    await world.tsb.tick();
    const first = await resultOf(world, id);
    await Promise.all([world.tsb.tick(), world.tsb.tick()]);
    expect(await resultOf(world, id)).toBe(first);
  });
});

describe('a synchronous signature', () => {
  it('on a key whose use needs approvals is refused', async () => {
    const { world } = await worldWith(1, 1);
    expect(await world.call('POST', '/v1/synchronousSign', signBody('k'))).toMatchObject({
      status: 403,
      body: { errorCode: 401 },
    });
  });
});
