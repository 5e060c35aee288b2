import { generateKeyPairSync } from 'node:crypto';
import type { JsonObject } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { createFakeTsb } from '../src/index.js';
import { approvers, createWorld, fetchTasks, login, rule, signBody } from './support.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const as = (token: string) => ({ authorization: `Bearer ${token}` });
const ofA = as('token-a');
const ofB = as('token-b');
const [person] = approvers(1);

/** Two partitions, each with a key `k` that one person approves. */
async function tenants() {
  const world = createWorld({
    partitions: [
      { name: 'a', token: 'token-a' },
      { name: 'b', token: 'token-b' },
    ],
  });
  const [a, b] = world.tsb.partitions;
  if (!a || !b || !person) throw new Error('two partitions were expected');
  for (const tenant of [a, b])
    await tenant.addKey({ label: 'k', privateKey, policy: { ruleUse: rule([person], 1, { timelock: 60 }) } });
  const submit = async (headers: Record<string, string>) =>
    (await world.call('POST', '/v1/sign', signBody('k'), headers)).body.signRequestId as string;
  const status = async (id: string, headers: Record<string, string>) => {
    const { body } = await world.call('GET', `/v1/request/${id}`, undefined, headers);
    return body.status ?? body.errorCode;
  };
  const uses = async (headers: Record<string, string>) => {
    const { body } = await world.call('POST', '/v1/key/attributes', { label: 'k' }, headers);
    return (body.json as JsonObject).keyUsageCount;
  };
  return { ...world, a, b, submit, status, uses, person };
}

describe('several partitions', () => {
  it('are told apart by the token alone, and share nothing', async () => {
    const { call, a, submit, status } = await tenants();
    await a.addKey({ label: 'of a', privateKey });
    expect((await call('GET', '/v1/key', undefined, ofA)).body.list).toEqual(['k', 'of a']);
    expect((await call('GET', '/v1/key', undefined, ofB)).body.list).toEqual(['k']);
    expect((await call('GET', '/v1/key', undefined, as('token-c'))).body.errorCode).toBe(617);
    expect((await call('GET', '/v1/key', undefined, { authorization: '' })).body.errorCode).toBe(406);
    const id = await submit(ofA);
    expect([await status(id, ofA), await status(id, ofB)]).toEqual(['PENDING', 651]);
    expect((await call('DELETE', `/v1/request/${id}`, undefined, ofB)).body.errorCode).toBe(651);
    const mine = await call('POST', '/v1/filteredRequests', { requestStatusList: ['PENDING'] }, ofB);
    expect(mine.body.requests).toEqual([]);
  });

  it('have HSM keys of their own', async () => {
    const { a, b } = await tenants();
    expect(a.timestampKey).not.toEqual(b.timestampKey);
    expect(await a.certificateAuthority.root()).not.toEqual(await b.certificateAuthority.root());
  });

  it('show an approver, who has no token, the tasks of all of them, and take the decision where it belongs', async () => {
    const world = await tenants();
    const { submit, clock, status, call } = world;
    const [inA, inB] = [await submit(ofA), await submit(ofB)];
    const tasks = await fetchTasks(world, world.person);
    expect(tasks).toHaveLength(2);
    const page = await fetchTasks(world, world.person, {
      paging: { pageNumber: 1, pageSize: 1, sortOrder: 'CREATION_DATE_ASC' },
    });
    expect(page.map(({ id }) => id)).toEqual([tasks[1]?.id]);
    await world.b.approve(inB, world.person);
    const rejection = login(world.person, clock.now(), { id: tasks[0]?.id });
    expect((await call('PATCH', '/v1/task', rejection, { authorization: '' })).status).toBe(200);
    expect([await status(inA, ofA), await status(inB, ofB)]).toEqual(['REJECTED', 'APPROVED']);
  });

  it.each([
    [{ partitions: [] }],
    [{ partitions: [{ name: 'a' }, { name: 'a' }] }],
    [{ partitions: [{ name: '' }] }],
    [
      {
        partitions: [
          { name: 'a', token: 'x' },
          { name: 'b', token: 'x' },
        ],
      },
    ],
    [{ partitions: [{ name: 'a', token: 'two words' }] }],
    [{ partitions: [{ name: 'a' }], token: 'x' }],
    [{ partitions: [{ name: 'a' }], token: false as const }],
  ])('are refused as %j', (options) => {
    expect(() => createFakeTsb(options)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});

describe('regressions of TSB releases with several partitions (§9)', () => {
  it('1.15.2: looking at a request through GET does not execute it, and nothing is executed twice', async () => {
    const { tsb, b, submit, status, uses, clock, person: approver } = await tenants();
    const id = await submit(ofB);
    await b.approve(id, approver);
    clock.advance(120_000);
    for (let i = 0; i < 3; i++) expect([await status(id, ofB), await uses(ofB)]).toEqual(['APPROVED', 0]);
    await Promise.all([tsb.tick(), status(id, ofB), tsb.tick(), tsb.tick(), status(id, ofB)]);
    expect([await status(id, ofB), await uses(ofB), await uses(ofA)]).toEqual(['EXECUTED', 1, 0]);
  });

  it('1.15.2: block and modify through GET run once, in their own partition', async () => {
    const { tsb, b, call, status, clock, person: approver } = await tenants();
    const ruleBlock = rule([approver], 1, { timelock: 60 });
    await b.addKey({ label: 'm', privateKey, policy: { ruleBlock } });
    const asked = await call('POST', '/v1/block', { blockRequest: { blockKeyName: 'm' } }, ofB);
    const id = asked.body.blockKeyRequestId as string;
    await b.approve(id, approver);
    clock.advance(60_000);
    await Promise.all([tsb.tick(), status(id, ofB), tsb.tick()]);
    expect(await status(id, ofB)).toBe('EXECUTED');
    await call('POST', '/v1/unblock', { unblockRequest: { unblockKeyName: 'm' } }, ofB);
    await status(id, ofB);
    await tsb.tick();
    expect((await call('POST', '/v1/synchronousSign', signBody('m'), ofB)).status).toBe(200);
  });

  it('2.0.0: an empty policy and an asynchronous call go together', async () => {
    const { b, call, status } = await tenants();
    await b.addKey({ label: 'e', privateKey, policy: {} });
    const { body } = await call('POST', '/v1/sign', signBody('e'), ofB);
    expect(await status(body.signRequestId as string, ofB)).toBe('EXECUTED');
  });
});
