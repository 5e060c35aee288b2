import { quorum } from '@securosys/tsb-client';
import type { ModifyPolicy } from '@securosys/tsb-client/api';
import { describe, expect, it } from 'vitest';
import { approvers, message } from '../support.js';
import { connect } from './connect.js';

const people = approvers(2);
const needed = quorum(1, people, { timeoutSeconds: 3600 });
const key = { label: 'k', algorithm: 'SHA256_WITH_ECDSA', payload: message } as const;
/** Use is free; whoever changes the key needs somebody. */
const policy: ModifyPolicy = { ruleUse: null, ruleBlock: null, ruleUnblock: needed, ruleModify: needed };

async function keyWith(rules: ModifyPolicy) {
  const world = connect();
  await world.client.keys.create({ label: 'k', spec: 'ec-p256', policy: { ...rules, keyStatus: { blocked: false } } });
  return world;
}

describe('client.block, client.unblock and client.modify with the emulator', () => {
  it('a blocked key signs nothing until it is unblocked', async () => {
    const { client } = await keyWith({ ...policy, ruleUnblock: null });
    await client.block.synchronous({ label: 'k' });
    await expect(client.sign.synchronous(key)).rejects.toMatchObject({ code: 'ERR_KEY_NOT_USABLE' });
    await client.unblock.synchronous({ label: 'k' });
    expect((await client.sign.synchronous(key)).byteLength).toBeGreaterThan(60);
  });

  it('a request to unblock waits for the person that the rule names', async () => {
    const { client, tsb } = await keyWith(policy);
    await client.block.asynchronous({ label: 'k' });
    const id = await client.unblock.asynchronous({ label: 'k' });
    expect((await client.requests.get(id)).status).toBe('PENDING');
    const [person] = people;
    if (person) await tsb.approve(id, person);
    expect((await client.requests.get(id)).status).toBe('EXECUTED');
    expect((await client.sign.synchronous(key)).byteLength).toBeGreaterThan(60);
  });

  it('a change of the rules replaces all four once it is approved', async () => {
    const { client, tsb } = await keyWith(policy);
    const stated = { ruleUse: needed, ruleBlock: needed, ruleUnblock: needed, ruleModify: needed };
    const id = await client.modify.asynchronous({ label: 'k', policy: stated });
    expect((await client.keys.attributes('k')).json.policy).toMatchObject({ ruleUse: null });
    const [person] = people;
    if (person) await tsb.approve(id, person);
    expect((await client.keys.attributes('k')).json.policy).toMatchObject(stated);
  });

  it('a plain key has none of them', async () => {
    const { client } = connect();
    await client.keys.create({ label: 'k', spec: 'ec-p256', policy: null });
    await expect(client.block.synchronous({ label: 'k' })).rejects.toMatchObject({ name: 'SignError' });
  });
});
