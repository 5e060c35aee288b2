import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { type Fault, startTsbEmulator, type TsbEmulator } from '../src/index.js';
import { signBody } from './support.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
let emulator: TsbEmulator | undefined;

async function withFault(fault: Fault): Promise<TsbEmulator> {
  emulator = await startTsbEmulator({ banner: () => undefined });
  await emulator.tsb.addKey({ label: 'k', privateKey });
  emulator.tsb.faults.add(fault);
  return emulator;
}

const sign = ({ url, token }: TsbEmulator, init: RequestInit = {}) => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return fetch(`${url}/v1/sign`, { method: 'POST', headers, body: JSON.stringify(signBody('k')), ...init });
};

describe('faults on a port', () => {
  afterEach(async () => emulator?.close());

  it.each([
    ['refuse', 0],
    ['reset', 0],
    ['drop', 1],
  ] as const)('%s resets the connection, and leaves %i requests', async (kind, requests) => {
    const started = await withFault({ kind });
    const error = (await sign(started).catch((reason: unknown) => reason)) as Error;
    expect(error.cause).toMatchObject({ code: 'ECONNRESET' });
    expect(started.tsb.requests).toHaveLength(requests);
    expect((await sign(started)).status).toBe(201);
  });

  it('a stalled call keeps its connection until the caller has had enough', async () => {
    const started = await withFault({ kind: 'stall', taken: true });
    await expect(sign(started, { signal: AbortSignal.timeout(100) })).rejects.toThrow(/timeout/);
    expect(started.tsb.requests).toHaveLength(1);
  });

  it('a slow body starts at once and ends late', async () => {
    const started = await withFault({ kind: 'slow-body', bytesPerSecond: 500 });
    const answer = await sign(started);
    expect(started.tsb.requests).toHaveLength(1);
    const parts: number[] = [];
    for await (const part of answer.body ?? []) parts.push(part.byteLength);
    expect(parts.length).toBeGreaterThan(1);
  });

  it('whoever leaves during a slow body does no harm', async () => {
    const started = await withFault({ kind: 'slow-body', bytesPerSecond: 10 });
    const controller = new AbortController();
    await sign(started, { signal: controller.signal });
    controller.abort();
    expect((await sign(started)).status).toBe(201);
  });
});
