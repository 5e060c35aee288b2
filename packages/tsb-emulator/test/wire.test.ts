import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../testing/src/clock.js';
import { handlers } from '../src/handlers/index.js';
import { routes } from '../src/http/routes.js';
import { startTsbEmulator, type TsbEmulator } from '../src/index.js';
import { createWorld, requestSign, signBody, statusOf } from './support.js';

const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });

describe('a body', () => {
  const world = createWorld();
  const post = (body: string) => world.call('POST', '/v1/key/attributes', body);
  it.each([
    ['that is no JSON', '{"label":', 621],
    ['with a member twice', '{"label":"a","label":"b"}', 621],
    ['that is no object', '"label"', 600],
    ['with an unknown member', '{"label":"a","colour":"red"}', 600],
    ['without a needed member', '{}', 600],
    ['with the wrong type', '{"label":1}', 600],
    ['that is empty', '', 621],
  ])('%s is refused', async (_, body, errorCode) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { errorCode } });
  });

  it('with a null for a member that may be absent is fine', async () => {
    await world.tsb.addKey({ label: 'k', privateKey: key.privateKey });
    expect((await post('{"label":"k","password":null}')).status).toBe(200);
  });
});

describe('who may call (§10.2)', () => {
  it('the token comes first, then the API key of the role', async () => {
    const world = createWorld({ apiKeys: { keyManagement: ['new', 'old'], service: 'svc' } });
    const list = (headers: Record<string, string>) => world.call('GET', '/v1/key', undefined, headers);
    expect((await list({ authorization: '' })).body.errorCode).toBe(406);
    expect((await list({ authorization: 'Bearer no', 'x-api-key': 'new' })).body.errorCode).toBe(617);
    expect(await list({})).toMatchObject({ status: 401, body: { errorCode: 416 } });
    expect(await list({ 'x-api-key': 'svc' })).toMatchObject({ status: 401, body: { errorCode: 631 } });
    expect((await list({ 'x-api-key': 'old' })).status).toBe(200);
    expect((await world.call('GET', '/v1/versionInfo', undefined, { 'x-api-key': 'svc' })).status).toBe(200);
  });

  it('a role without keys needs none', async () => {
    const world = createWorld({ apiKeys: { keyManagement: 'k' } });
    expect((await world.call('GET', '/v1/versionInfo')).status).toBe(200);
  });

  it('nobody needs a token when it was switched off', async () => {
    const world = createWorld({ token: false });
    expect((await world.call('GET', '/v1/versionInfo')).status).toBe(200);
  });
});

describe('what the emulator cannot do', () => {
  const world = createWorld();

  it('is said with error 101 for every endpoint of the contract that has no handler', async () => {
    const missing = routes.filter(({ name }) => !(name in handlers));
    for (const { method, path } of missing)
      expect(await world.call(method, path, method === 'GET' ? undefined : {})).toMatchObject({
        status: 501,
        body: { errorCode: 101 },
      });
  });

  it('and what nobody has is not found', async () => {
    expect((await world.call('POST', '/v1/nothing', {})).status).toBe(404);
    expect((await world.call('GET', '/v2/key')).status).toBe(404);
  });
});

describe('the server', () => {
  let emulator: TsbEmulator | undefined;
  afterEach(async () => emulator?.close());

  it('serves the same API on a port, and a dropped answer closes the connection', async () => {
    emulator = await startTsbEmulator({ banner: () => undefined });
    await emulator.tsb.addKey({ label: 'k', privateKey: key.privateKey });
    const headers = { authorization: `Bearer ${emulator.token}`, 'content-type': 'application/json' };
    const sign = () => fetch(`${emulator?.url}/v1/sign`, { method: 'POST', headers, body: JSON.stringify(signBody('k')) });
    expect((await sign()).status).toBe(201);
    emulator.tsb.faults.add({ kind: 'drop' });
    await expect(sign()).rejects.toThrow('fetch failed');
    expect(emulator.tsb.requests).toHaveLength(2);
  });

  it('executes due requests by its timer', async () => {
    const clock = createTestClock();
    emulator = await startTsbEmulator({ banner: () => undefined, clock, timerIntervalMs: 10 });
    const tokens = [{ timelock: 60, timeout: 0, groups: [] }];
    await emulator.tsb.addKey({ label: 'k', privateKey: key.privateKey, policy: { ruleUse: { tokens } } });
    const headers = { authorization: `Bearer ${emulator.token}`, 'content-type': 'application/json' };
    await fetch(`${emulator.url}/v1/sign`, { method: 'POST', headers, body: JSON.stringify(signBody('k')) });
    expect(emulator.tsb.requests[0]?.status).toBe('APPROVED');
    clock.advance(60_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(emulator.tsb.requests[0]?.status).toBe('EXECUTED');
  });

  it('forgets everything when it is closed', async () => {
    const world = createWorld();
    await world.tsb.addKey({ label: 'k', privateKey: key.privateKey });
    const id = await requestSign(world);
    await world.tsb.close();
    await expect(statusOf(world, id)).rejects.toThrow('fetch failed');
  });
});
