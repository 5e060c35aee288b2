import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { base64Bytes, type JsonObject } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../src/index.js';
import { createWorld, message, requestSign, signBody, type World } from './support.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

async function withFault(fault: Fault): Promise<World> {
  const world = createWorld();
  await world.tsb.addKey({ label: 'k', privateKey });
  world.tsb.faults.add(fault);
  return world;
}

const causeOf = async (call: Promise<unknown>): Promise<unknown> => {
  const error = await call.then(
    () => expect.fail('should have failed'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TypeError);
  return ((error as Error).cause as { code: string }).code;
};

const version = ({ tsb }: World, init: RequestInit = {}) =>
  tsb.fetch(`${tsb.url}/v1/versionInfo`, { headers: { authorization: `Bearer ${tsb.token}` }, ...init });

describe('faults of the network', () => {
  it.each([
    ['refuse', 'ECONNREFUSED', 0],
    ['reset', 'ECONNRESET', 0],
    ['drop', 'ECONNRESET', 1],
  ] as const)('%s fails like a fetch with %s, and leaves %i requests', async (kind, code, requests) => {
    const world = await withFault({ kind, endpoint: 'sign' });
    expect(await causeOf(requestSign(world))).toBe(code);
    expect(world.tsb.requests).toHaveLength(requests);
    await requestSign(world);
    expect(world.tsb.requests).toHaveLength(requests + 1);
  });

  it.each([
    [undefined, 0],
    [true, 1],
  ])('a stalled call ends with the patience of its caller; taken: %s', async (taken, requests) => {
    const world = await withFault({ kind: 'stall', endpoint: 'sign', ...(taken && { taken }) });
    const controller = new AbortController();
    const body = JSON.stringify(signBody('k'));
    const headers = { authorization: `Bearer ${world.tsb.token}`, 'content-type': 'application/json' };
    const call = world.tsb.fetch(`${world.tsb.url}/v1/sign`, { method: 'POST', headers, body, signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    expect(world.tsb.requests).toHaveLength(requests);
  });

  it('a delay is one of the emulator’s clock', async () => {
    const world = await withFault({ kind: 'delay', ms: 5_000 });
    const before = world.clock.now();
    expect((await version(world)).status).toBe(200);
    expect(world.clock.now() - before).toBe(5_000);
  });

  it('a duplicate makes two requests of one call, and the second answers', async () => {
    const world = await withFault({ kind: 'duplicate', endpoint: 'sign' });
    const id = await requestSign(world);
    expect(world.tsb.requests.map((request) => request.id)).toEqual([expect.not.stringContaining(id), id]);
  });
});

describe('faults of answers', () => {
  it.each(['truncated-json', 'wrong-json', 'non-json'] as const)('%s comes after everything was done', async (kind) => {
    const world = await withFault({ kind, endpoint: 'sign' });
    const outcome = await requestSign(world).catch((error: unknown) => error);
    // What is half an answer, a page, or an answer without an id says nothing of the request.
    if (kind === 'wrong-json') expect(outcome).toBeUndefined();
    else expect(outcome).toMatchObject({ code: 'ERR_MALFORMED' });
    expect(world.tsb.requests).toHaveLength(1);
  });

  it('a slow body takes its time by the clock of the emulator', async () => {
    const world = await withFault({ kind: 'slow-body', bytesPerSecond: 20 });
    const before = world.clock.now();
    const text = await (await version(world)).text();
    expect(JSON.parse(text)).toHaveProperty('Vendor');
    expect(world.clock.now() - before).toBeGreaterThanOrEqual((text.length / 20) * 1000);
  });

  it('a wrong signature does not verify', async () => {
    const world = await withFault({ kind: 'wrong-signature' });
    const { body } = await world.call('POST', '/v1/synchronousSign', signBody('k'));
    expect(verify('sha256', message, createPublicKey(privateKey), base64Bytes(body.signature as string))).toBe(false);
  });

  it.each([
    [{ status: 429, retryAfterSeconds: 3 }, '3', undefined],
    [{ status: 503 }, null, undefined],
    [{ status: 500, errorCode: 700, retryAfterSeconds: 1 }, '1', 700],
    [{ status: 429, errorCode: 1 }, null, 1],
  ] as const)('%o has its hint, its body, and does nothing', async (how, hint, errorCode) => {
    const world = await withFault({ kind: 'status', endpoint: 'sign', ...how });
    const { tsb } = world;
    const headers = { authorization: `Bearer ${tsb.token}`, 'content-type': 'application/json' };
    const answer = await tsb.fetch(`${tsb.url}/v1/sign`, { method: 'POST', headers, body: JSON.stringify(signBody('k')) });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([how.status, hint]);
    if (errorCode === undefined) expect(await answer.text()).toMatch(/^<html>/);
    else expect(await answer.json()).toMatchObject({ errorCode });
    expect(tsb.requests).toHaveLength(0);
  });

  it('a proxy can answer 504 for a broker that did what was asked', async () => {
    const world = await withFault({ kind: 'status', status: 504, taken: true, endpoint: 'sign' });
    await expect(requestSign(world)).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
    expect(world.tsb.requests).toHaveLength(1);
  });

  it('an answer without a body can be any of them', async () => {
    for (const kind of ['truncated-json', 'wrong-json', 'slow-body', 'wrong-signature'] as const) {
      const fault: Fault = kind === 'slow-body' ? { kind, bytesPerSecond: 10 } : { kind };
      const world = await withFault({ ...fault, endpoint: 'deleteKey' });
      const headers = { authorization: `Bearer ${world.tsb.token}` };
      const answer = await world.tsb.fetch(`${world.tsb.url}/v1/key/k`, { method: 'DELETE', headers });
      expect([200, 204]).toContain(answer.status);
    }
  });
});

describe('faults of credentials', () => {
  it('an expired token is 401 until the new one is used', async () => {
    const world = await withFault({ kind: 'expire-token', endpoint: 'sign' });
    const old = world.tsb.token;
    expect((await version(world)).status).toBe(200);
    await expect(requestSign(world)).rejects.toThrow('617');
    expect((await version(world, { headers: { authorization: `Bearer ${old}` } })).status).toBe(401);
    expect(world.tsb.token).not.toBe(old);
    expect((await version(world)).status).toBe(200);
  });

  it('rotated API keys take the place of those before', async () => {
    const world = createWorld({ apiKeys: { keyOperation: 'the first' } });
    await world.tsb.addKey({ label: 'k', privateKey });
    const use = (key: string) => world.call('POST', '/v1/synchronousSign', signBody('k'), { 'x-api-key': key });
    expect((await use('the first')).status).toBe(200);
    world.tsb.faults.add({ kind: 'rotate-api-keys', apiKeys: { keyOperation: 'the second' } });
    expect((await use('the first')).body as JsonObject).toMatchObject({ errorCode: 631 });
    expect((await use('the second')).status).toBe(200);
  });
});

describe('a fault that makes no sense', () => {
  it.each([
    { kind: 'explode' },
    { kind: 'drop', endpoint: 'nothing' },
    { kind: 'drop', times: 0 },
    { kind: 'drop', taken: true },
    { kind: 'delay' },
    { kind: 'slow-body', bytesPerSecond: 0 },
    { kind: 'status', status: 99 },
    { kind: 'status', status: 500, errorCode: 9999 },
    { kind: 'rotate-api-keys', apiKeys: { janitor: 'x' } },
  ])('%o is refused', (fault) => {
    const { faults } = createWorld().tsb;
    expect(() => faults.add(fault as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});
