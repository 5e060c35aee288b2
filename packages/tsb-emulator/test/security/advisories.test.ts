import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createFakeTsb } from '../../src/index.js';
import { approvers, createWorld, requestSign, rule, statusOf } from '../support.js';

describe('mistakes of others', () => {
  it('CVE-2025-66414 MCP SDK: a loopback server answers no foreign Host and no web page', async () => {
    const tsb = createFakeTsb();
    const authorization = `Bearer ${tsb.token}`;
    const call = (headers: Record<string, string>, url = tsb.url) =>
      tsb.handle(new Request(`${url}/v1/versionInfo`, { headers: { authorization, ...headers } }));
    expect((await call({})).status).toBe(200);
    expect((await call({}, 'http://attacker.example')).status).toBe(403);
    expect((await call({ host: 'attacker.example' })).status).toBe(403);
    expect((await call({ origin: 'http://attacker.example' })).status).toBe(403);
  });

  it('TSB 1.15.2: looking at a request never executes it, and no request is executed twice', async () => {
    const world = createWorld();
    const privateKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const people = approvers(2);
    await world.tsb.addKey({ label: 'k', privateKey, policy: { ruleUse: rule(people, 2) } });
    await world.tsb.addKey({ label: 'counter', privateKey });
    const id = await requestSign(world);
    const uses = async () => {
      const { body } = await world.call('POST', '/v1/key/attributes', { label: 'k' });
      return (body.json as { keyUsageCount: number }).keyUsageCount;
    };
    await world.tsb.approve(id, people[0]!);
    await Promise.all([
      world.tsb.approve(id, people[1]!),
      world.tsb.tick(),
      ...Array.from({ length: 10 }, () => statusOf(world, id)),
      world.tsb.tick(),
    ]);
    expect(await statusOf(world, id)).toBe('EXECUTED');
    expect(await uses()).toBe(1);
  });

  it('TSB 1.15.2: block runs once, also when unblocked meanwhile', async () => {
    const world = createWorld();
    await world.tsb.addKey({ label: 'k', spec: 'ec-p256', policy: {} });
    const { body } = await world.call('POST', '/v1/block', { blockRequest: { blockKeyName: 'k' } });
    await world.call('POST', '/v1/unblock', { unblockRequest: { unblockKeyName: 'k' } });
    await statusOf(world, body.blockKeyRequestId as string);
    await world.tsb.tick();
    expect(await statusOf(world, await requestSign(world))).toBe('EXECUTED');
  });
});
