import { base64Text, utf8Bytes } from '@securosys/core';
import { http } from 'msw';
import { setupServer } from 'msw/node';
import { afterEach, describe, expect, it } from 'vitest';
import { rsaKey } from '../../../tests/rsa-key.js';
import { createFakeTsb, createRunningClock, startFakeTsb, type TestTsb } from '../src/index.js';

const approvers = { quorum: 2, of: ['CISO', 'Dev lead', 'Product'] };
const body = JSON.stringify({
  signRequest: { payload: base64Text(utf8Bytes('release')), signKeyName: 'release', signatureAlgorithm: 'SHA256_WITH_ECDSA' },
});

/** What a signing server would do, with whatever `fetch` it has. */
async function ask(tsb: Pick<TestTsb, 'token'>, url: string, send: typeof fetch): Promise<string> {
  const headers = { authorization: `Bearer ${tsb.token}`, 'content-type': 'application/json' };
  const answer = await send(`${url}/v1/sign`, { method: 'POST', headers, body });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { signRequestId: string }).signRequestId;
}

const server = setupServer();
afterEach(() => server.close());

describe('a fake TSB', () => {
  it('knows approvers by name: two of three approve, and the request is executed', async () => {
    const tsb = createFakeTsb({ attestationKey: rsaKey() });
    await tsb.addKey({ label: 'release', spec: 'ec-p256', approvers });
    const id = await ask(tsb, tsb.url, tsb.fetch as typeof fetch);
    await tsb.approve(id, 'CISO');
    expect(tsb.requests[0]).toMatchObject({ id, status: 'PENDING' });
    await tsb.approve(id, 'Product');
    expect(tsb.requests[0]).toMatchObject({ id, status: 'EXECUTED' });
  });

  it('gives the key of a person, the same each time, and takes a key where it takes a name', async () => {
    const tsb = createFakeTsb({ attestationKey: rsaKey() });
    await tsb.addKey({ label: 'release', spec: 'ec-p256', approvers });
    const id = await ask(tsb, tsb.url, tsb.fetch as typeof fetch);
    expect(tsb.approver('CISO')).toBe(tsb.approver('CISO'));
    await tsb.approve(id, tsb.approver('CISO'));
    expect(tsb.signedApproval(id, 'Dev lead')).toMatch(/^[A-Za-z0-9+/]+=*$/);
    await tsb.reject(id, 'Product');
    await tsb.reject(id, 'Dev lead');
    expect(tsb.requests[0]?.status).toBe('REJECTED');
  });

  it('somebody whom nobody asked cannot approve', async () => {
    const tsb = createFakeTsb({ attestationKey: rsaKey() });
    await tsb.addKey({ label: 'release', spec: 'ec-p256', approvers });
    const id = await ask(tsb, tsb.url, tsb.fetch as typeof fetch);
    await expect(tsb.approve(id, 'Janitor')).rejects.toMatchObject({ code: 'ERR_REQUEST_NOT_FOUND' });
  });

  it('three days pass when the test says so, and what is due then is executed', async () => {
    const tsb = createFakeTsb({ attestationKey: rsaKey() });
    const waiting = { ...approvers, timelockSeconds: 259_200, timeoutSeconds: 604_800 };
    await tsb.addKey({ label: 'release', spec: 'ec-p256', approvers: waiting });
    const id = await ask(tsb, tsb.url, tsb.fetch as typeof fetch);
    for (const name of ['CISO', 'Product']) await tsb.approve(id, name);
    expect(tsb.requests[0]?.status).not.toBe('EXECUTED');
    const before = tsb.clock.now();
    await tsb.clock.sleep(259_200_000);
    expect(tsb.clock.now() - before).toBe(259_200_000);
    await tsb.tick();
    expect(tsb.requests[0]?.status).toBe('EXECUTED');
  });

  it('starts at the time of the machine, so that logins of other code are not from another age', () => {
    const before = Date.now();
    expect(createFakeTsb().clock.now()).toBeGreaterThanOrEqual(before);
  });

  it('approvers take the place of a policy', async () => {
    const tsb = createFakeTsb({ attestationKey: rsaKey() });
    const both = tsb.addKey({ label: 'k', spec: 'ec-p256', approvers, policy: { ruleUse: null } });
    await expect(both).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    const misspelt = { ...approvers, quorm: 2 } as typeof approvers;
    await expect(tsb.addKey({ label: 'k', spec: 'ec-p256', approvers: misspelt })).rejects.toThrow(/quorm/);
  });

  it('partitions know the same people', async () => {
    const tsb = createFakeTsb({ attestationKey: rsaKey(), partitions: [{ name: 'A' }, { name: 'B' }] });
    const [, b] = tsb.partitions;
    if (!b) expect.fail('there are two');
    await b.addKey({ label: 'release', spec: 'ec-p256', approvers: { quorum: 1, of: ['CISO'] } });
    const id = await ask(b, tsb.url, tsb.fetch as typeof fetch);
    await b.approve(id, tsb.approver('CISO'));
    expect(b.requests[0]?.status).toBe('EXECUTED');
    expect(tsb.requests).toEqual([]);
  });
});

describe('behind msw', () => {
  it('answers the global fetch, and its handlers show the faults of the network', async () => {
    const tsb = createFakeTsb({ http, attestationKey: rsaKey() });
    await tsb.addKey({ label: 'release', spec: 'ec-p256', approvers });
    server.listen({ onUnhandledRequest: 'error' });
    server.use(...tsb.handlers('https://tsb.example.org'));
    await ask(tsb, 'https://tsb.example.org', fetch);
    tsb.faults.add({ kind: 'drop' });
    await expect(ask(tsb, 'https://tsb.example.org', fetch)).rejects.toThrow(TypeError);
    expect(tsb.requests).toHaveLength(2);
    tsb.faults.add({ kind: 'slow-body', bytesPerSecond: 100 });
    await ask(tsb, 'https://tsb.example.org', fetch);
  });

  it('a stalled call ends when its caller gives up', async () => {
    const tsb = createFakeTsb({ http, attestationKey: rsaKey() });
    server.listen({ onUnhandledRequest: 'error' });
    server.use(...tsb.handlers());
    tsb.faults.add({ kind: 'stall' });
    const headers = { authorization: `Bearer ${tsb.token}` };
    const call = fetch(`${tsb.url}/v1/versionInfo`, { headers, signal: AbortSignal.timeout(50) });
    await expect(call).rejects.toThrow(/timeout/);
  });

  it('needs http of msw', () => {
    expect(() => createFakeTsb().handlers()).toThrow(/http/);
    expect(() => createFakeTsb({ http: {} as typeof http })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});

describe('on a port', () => {
  it('is the same TSB for code that has no msw', async () => {
    await using tsb = await startFakeTsb({ banner: () => undefined });
    await tsb.addKey({ label: 'release', spec: 'ec-p256', approvers });
    const id = await ask(tsb, tsb.url, fetch);
    for (const name of ['CISO', 'Product']) await tsb.approve(id, name);
    expect(tsb.requests[0]).toMatchObject({ id, status: 'EXECUTED' });
    expect(Math.abs(tsb.clock.now() - Date.now())).toBeLessThan(30_000);
  });
});

describe('a running clock', () => {
  it('runs with the machine, and ahead of it by what it was moved', async () => {
    const clock = createRunningClock();
    const moved: number[] = [];
    clock.onTick((now) => moved.push(now));
    const slept = clock.sleep(60_000);
    clock.advance(60_000);
    await slept;
    expect(clock.now() - Date.now()).toBeGreaterThanOrEqual(59_000);
    expect(moved).toHaveLength(1);
    await clock.sleep(2);
  });

  it('a sleep ends with its signal', async () => {
    const controller = new AbortController();
    const slept = createRunningClock().sleep(60_000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(slept).rejects.toThrow('enough');
    await expect(createRunningClock().sleep(1, controller.signal)).rejects.toThrow('enough');
  });
});
