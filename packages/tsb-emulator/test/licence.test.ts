import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type ClientFlag, createFakeTsb } from '../src/index.js';
import { approvers, createWorld, login, rule, signBody } from './support.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const [person] = approvers(1);

/** A world whose licence was cut after its keys were made. */
async function licensed(clientFlags: readonly ClientFlag[]) {
  const world = createWorld({ clientFlags });
  await world.tsb.addKey({ label: 'plain', privateKey });
  const code = async (method: string, path: string, body?: unknown) => {
    const answer = await world.call(method, path, body);
    return answer.body.errorCode ?? answer.status;
  };
  const policy = { ruleUse: rule([person!], 1), keyStatus: { blocked: false } };
  const attributes = { sign: true, decrypt: false, unwrap: false };
  const key = { label: 'ska', algorithm: 'EC', curveOid: '1.2.840.10045.3.1.7', attributes };
  return {
    world,
    codes: async () => ({
      synchronous: await code('POST', '/v1/synchronousSign', signBody('plain')),
      asynchronous: await code('POST', '/v1/sign', signBody('plain')),
      requests: await code('POST', '/v1/filteredRequests', { requestStatusList: ['PENDING'] }),
      policyKey: await code('POST', '/v1/key', { ...key, policy }),
      approver: await code('POST', '/v1/filteredAllApprovalTask', login(person!, world.clock.now())),
      service: await code('GET', '/v1/versionInfo'),
    }),
  };
}

const all = { synchronous: 200, asynchronous: 201, requests: 200, policyKey: 201, approver: 200, service: 200 };

describe('the licence (§2.9)', () => {
  it.each<[readonly ClientFlag[], Partial<typeof all>]>([
    [['REST_API', 'TSB_ENGINE', 'KEY_AUTH'], {}],
    [['REST_API'], { policyKey: 450, approver: 451 }],
    [['REST_API', 'TSB_ENGINE'], { policyKey: 450, approver: 451 }],
    [['REST_API', 'KEY_AUTH'], { policyKey: 450, approver: 451 }],
    [['TSB_ENGINE', 'KEY_AUTH'], { synchronous: 451, policyKey: 451 }],
    [[], { synchronous: 451, asynchronous: 451, requests: 451, policyKey: 451, approver: 451 }],
  ])('%j', async (flags, missing) => {
    const { codes } = await licensed(flags);
    expect(await codes()).toEqual({ ...all, ...missing });
  });

  it('comes after the API key and before the body is read (§10.2)', async () => {
    const world = createWorld({ clientFlags: [], apiKeys: { keyOperation: 'op' } });
    const code = async (headers: Record<string, string>) =>
      (await world.call('POST', '/v1/synchronousSign', '{', headers)).body.errorCode;
    expect(await code({ authorization: '' })).toBe(406);
    expect(await code({})).toBe(416);
    expect(await code({ 'x-api-key': 'no' })).toBe(631);
    expect(await code({ 'x-api-key': 'op' })).toBe(451);
  });

  it('without the engine forwards an asynchronous call to the synchronous form (1.14.2)', async () => {
    const world = createWorld({ clientFlags: ['REST_API'] });
    await world.tsb.addKey({ label: 'k', privateKey });
    const { body } = await world.call('POST', '/v1/sign', signBody('k'));
    const { body: request } = await world.call('GET', `/v1/request/${body.signRequestId as string}`);
    expect(request).toMatchObject({ status: 'EXECUTED', result: expect.any(String) });
  });

  it('has no flag that a TSB does not have', () => {
    expect(() => createFakeTsb({ clientFlags: ['EVERYTHING' as never] })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });
});
