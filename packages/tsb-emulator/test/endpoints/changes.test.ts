import type { JsonObject } from '@securosys/core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ApproverKeyPair } from '../../src/index.js';
import { approvers, createWorld, rule, signBody, type World } from '../support.js';

let world: World;
let boss: ApproverKeyPair;
const post = (path: string, body: object) => world.call('POST', path, body);
const policyNow = async () => ((await post('/v1/key/attributes', { label: 'k' })).body.json as JsonObject).policy as JsonObject;
const weaker = { ruleUse: null, ruleBlock: null, ruleUnblock: null, ruleModify: null };

/** Each change: its synchronous and asynchronous body without approvals, and where its request id is. */
const changes = {
  block: { inner: 'blockRequest', fields: { blockKeyName: 'k' }, id: 'blockKeyRequestId' },
  unblock: { inner: 'unblockRequest', fields: { unblockKeyName: 'k' }, id: 'unblockKeyRequestId' },
  modify: { inner: 'modifyRequest', fields: { modifyKeyName: 'k', policy: weaker }, id: 'modifyKeyRequestId' },
} as const;
type Change = keyof typeof changes;

const atOnce = (change: Change, more: object = {}) => {
  const { inner, fields } = changes[change];
  return post(`/v1/synchronous${change.charAt(0).toUpperCase()}${change.slice(1)}`, { [inner]: { ...fields, ...more } });
};

beforeEach(async () => {
  world = createWorld();
  [boss] = approvers(1) as [ApproverKeyPair];
  const ask = rule([boss], 1, { timeout: 600 });
  const policy = { ruleUse: null, ruleBlock: ask, ruleUnblock: ask, ruleModify: ask };
  await world.tsb.addKey({ label: 'k', spec: 'ec-p256', policy });
});

describe('changes at once (§2.4, §4.3)', () => {
  it.each(['block', 'unblock', 'modify'] as const)('%s needs its rule, or approvals of just this change', async (change) => {
    expect((await atOnce(change)).body.errorCode).toBe(401);
    const { inner, fields, id } = changes[change];
    const created = (await post(`/v1/${change}`, { [inner]: fields })).body;
    const signedApprovals = [world.tsb.signedApproval(created[id] as string, boss)];
    for (const other of (['block', 'unblock', 'modify'] as const).filter((name) => name !== change))
      expect((await atOnce(other, { signedApprovals })).body.errorCode).toBe(403);
    expect(await atOnce(change, { signedApprovals })).toEqual({ status: 200, body: {} });
    const { keyStatus, ruleModify } = (await policyNow()) as { keyStatus: JsonObject; ruleModify: unknown };
    expect([keyStatus.blocked, ruleModify === null]).toEqual([change === 'block', change === 'modify']);
  });

  it('a blocked key is refused for use, and stays so until it is unblocked', async () => {
    await world.tsb.addKey({ label: 'open', spec: 'ec-p256', policy: {} });
    const use = async () => (await post('/v1/synchronousSign', signBody('open'))).status;
    await post('/v1/synchronousBlock', { blockRequest: { blockKeyName: 'open' } });
    expect(await use()).toBe(403);
    await post('/v1/synchronousUnblock', { unblockRequest: { unblockKeyName: 'open' } });
    expect(await use()).toBe(200);
  });

  it('plain keys cannot be changed so', async () => {
    await world.tsb.addKey({ label: 'plain', spec: 'ec-p256' });
    expect((await post('/v1/synchronousBlock', { blockRequest: { blockKeyName: 'plain' } })).body.errorCode).toBe(613);
  });
});

describe('roles (§8, 9)', () => {
  it('random bytes are for operators and for the service role, nothing else is for both', async () => {
    world = createWorld({ apiKeys: { keyOperation: 'operator', service: 'monitor' } });
    const random = async (key: string) =>
      (await world.call('GET', '/v1/generateRandom/8', undefined, { 'x-api-key': key })).status;
    expect([await random('operator'), await random('monitor'), await random('stranger')]).toEqual([200, 200, 401]);
    const list = { requestStatusList: ['PENDING'] };
    expect((await world.call('POST', '/v1/filteredRequests', list, { 'x-api-key': 'monitor' })).status).toBe(401);
  });
});
