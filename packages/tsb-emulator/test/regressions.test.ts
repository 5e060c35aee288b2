import { describe, expect, it } from 'vitest';
import { approvers, createWorld, fetchTasks, requestSign, rule, statusOf } from './support.js';

/** The others of §9 are in `lifecycle.test.ts` and `multi-tenant.test.ts`. */
describe('regressions of TSB releases (§9)', () => {
  it('1.16.1: the tasks of derived keys go with the key they are derived from', async () => {
    const world = createWorld();
    const [person] = approvers(1);
    const policy = { ruleUse: rule([person!], 1) };
    await world.tsb.addKey({ label: 'master', spec: 'ec-secp256k1', attributes: { derive: true }, policy });
    await world.tsb.addKey({ label: 'other', spec: 'ec-p256', policy });
    const ids = [
      await requestSign(world, "master/44'/0'"),
      await requestSign(world, 'master'),
      await requestSign(world, 'other'),
    ];
    expect(await fetchTasks(world, person!)).toHaveLength(3);
    expect((await world.call('POST', '/v1/key/deleteKey', { label: 'master' })).status).toBe(200);
    expect(await Promise.all(ids.map((id) => statusOf(world, id)))).toEqual(['CANCELLED', 'CANCELLED', 'PENDING']);
    expect(await fetchTasks(world, person!)).toHaveLength(1);
  });

  it('a key that was made again under the same name executes nothing of the old one', async () => {
    const world = createWorld();
    const [person] = approvers(1);
    const policy = { ruleUse: rule([person!], 1) };
    await world.tsb.addKey({ label: 'k', spec: 'ec-p256', policy });
    const id = await requestSign(world);
    await world.call('POST', '/v1/key/deleteKey', { label: 'k' });
    await world.tsb.addKey({ label: 'k', spec: 'ec-p256', policy });
    await expect(world.tsb.approve(id, person!)).rejects.toMatchObject({ details: { upstreamCode: 652 } });
    expect(await statusOf(world, id)).toBe('CANCELLED');
  });
});
