import { createPublicKey, verify } from 'node:crypto';
import { createMemoryStore, type PendingStore } from '@securosys/core';
import { createFakeTsb } from '@securosys/testing';
import { http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSigningServer } from './server.js';

const url = 'https://tsb.example.org';
const manifest = 'app 1.4\n';
const network = setupServer();
let tsb: ReturnType<typeof newBroker>;
let store: PendingStore;
let kept: Map<string, string>;
let spki: Uint8Array;

const newBroker = () => createFakeTsb({ http });
/** As after a restart: nothing is left but what is stored. */
const server = () => createSigningServer({ tsb: { url, token: () => tsb.token }, key: 'release', store, kept, clock: tsb.clock });

async function ask(to = server()): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await to.handle(new Request('https://sign.example.org/signatures', { method: 'POST', body: manifest }));
  await to.close();
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

beforeAll(() => network.listen({ onUnhandledRequest: 'error' }));
afterEach(() => network.resetHandlers());
afterAll(() => network.close());
beforeEach(async () => {
  tsb = newBroker();
  store = createMemoryStore();
  kept = new Map();
  network.use(...tsb.handlers(url));
  const approvers = { quorum: 2, of: ['CISO', 'Dev lead', 'Product'], timeoutSeconds: 604_800 };
  ({ spki } = await tsb.addKey({ label: 'release', spec: 'ec-p256', approvers }));
});

const request = () => tsb.requests[0]?.id ?? '';

describe('the signing server', () => {
  it('waits for two of three people, however long they take and however often it is asked and restarted', async () => {
    expect(await ask()).toEqual({ status: 202, body: { status: 'waiting', approved: 0 } });
    await tsb.approve(request(), 'CISO');
    tsb.clock.advance(3 * 86_400_000);
    expect(await ask()).toEqual({ status: 202, body: { status: 'waiting', approved: 1 } });
    await tsb.approve(request(), 'Product');
    const { status, body } = await ask();
    expect(status).toBe(200);
    const key = {
      key: createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }),
      dsaEncoding: 'ieee-p1363',
    } as const;
    expect(verify('sha256', Buffer.from(manifest), key, Buffer.from(body.signature as string, 'base64'))).toBe(true);
    expect(await ask()).toEqual({ status, body });
    expect(tsb.requests).toHaveLength(1);
  });

  it('says that people refused', async () => {
    await ask();
    for (const name of ['CISO', 'Product']) await tsb.reject(request(), name);
    expect(await ask()).toEqual({ status: 409, body: { error: 'ERR_APPROVAL_REJECTED' } });
  });

  it('says that people took too long', async () => {
    await ask();
    tsb.clock.advance(8 * 86_400_000);
    await tsb.tick();
    expect(await ask()).toEqual({ status: 409, body: { error: 'ERR_APPROVAL_EXPIRED' } });
  });

  it('never asks people twice, even when the answer of the broker was lost', async () => {
    tsb.faults.add({ kind: 'drop', endpoint: 'sign' });
    expect(await ask()).toEqual({ status: 503, body: { error: 'ERR_OUTCOME_UNKNOWN' } });
    expect(await ask()).toEqual({ status: 503, body: { error: 'ERR_OUTCOME_UNKNOWN' } });
    for (const name of ['CISO', 'Product']) await tsb.approve(request(), name);
    expect(await ask()).toMatchObject({ status: 200, body: { status: 'signed' } });
    expect(tsb.requests).toHaveLength(1);
  });

  it('logs in again when its token has expired', async () => {
    tsb.faults.add({ kind: 'expire-token', endpoint: 'sign' });
    expect(await ask()).toMatchObject({ status: 202 });
  });

  it('says try again while the broker is down, and gives out no wrong signature', async () => {
    tsb.faults.add({ kind: 'status', status: 503, times: 5 });
    expect(await ask()).toEqual({ status: 503, body: { error: 'ERR_UNAVAILABLE' } });
    tsb.faults.clear();
    await ask();
    for (const name of ['CISO', 'Product']) await tsb.approve(request(), name);
    tsb.faults.add({ kind: 'wrong-signature', endpoint: 'request', times: 2 });
    expect(await ask()).toEqual({ status: 502, body: { error: 'ERR_SIGNATURE_MISMATCH' } });
  });
});
