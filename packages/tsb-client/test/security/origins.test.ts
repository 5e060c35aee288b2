import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTsbClient, type TsbClient } from '../../src/index.js';
import { listen } from './servers.js';

const statuses = [300, 301, 302, 303, 304, 305, 307, 308, 399];
const body = { payload: 'aGk=', signKeyName: 'k', signatureAlgorithm: 'EDDSA', keyPassword: ['s', 'e', 'c'] } as const;

let connections = 0;
/** Speaks no protocol: that somebody came is all it has to say, for http and https alike. */
const thief = createServer((socket) => {
  connections++;
  socket.destroy();
});
let tsb: Awaited<ReturnType<typeof listen>>;
let client: TsbClient;
let answer: { status: number; headers: Record<string, string> };

beforeAll(async () => {
  await new Promise<void>((resolve) => thief.listen(0, resolve));
  tsb = await listen(() => answer);
  const auth = { type: 'token', token: 'token-sentinel' } as const;
  client = createTsbClient({ url: tsb.url, auth, apiKeys: { keyOperation: 'key-sentinel' } });
});

afterAll(async () => {
  await client.close();
  await tsb.close();
  await new Promise((resolve) => thief.close(resolve));
});

const targets: Readonly<Record<string, (port: number) => string>> = {
  'another port': (port) => `http://127.0.0.1:${port}/v1/sign`,
  'another host': (port) => `http://localhost:${port}/v1/sign`,
  'another scheme': (port) => `https://127.0.0.1:${port}/v1/sign`,
  'an IPv6 literal': (port) => `http://[::1]:${port}/v1/sign`,
  'a mapped IPv6 literal': (port) => `http://[::ffff:127.0.0.1]:${port}/v1/sign`,
  'a number for an address': (port) => `http://2130706433:${port}/v1/sign`,
  'no scheme': (port) => `//127.0.0.1:${port}/v1/sign`,
  'user and password': (port) => `http://127.0.0.1@127.0.0.1:${port}/v1/sign`,
  'the same origin': () => '/v1/sign',
  nowhere: () => 'data:application/json,{}',
};

describe('a redirect (S25)', () => {
  it.each(Object.keys(targets))('to %s is refused with every status, and nobody but the TSB hears a secret', async (target) => {
    const location = targets[target]?.((thief.address() as AddressInfo).port) ?? '';
    for (const status of statuses) {
      answer = { status, headers: { location, link: `<${location}>; rel="next"`, refresh: `0; url=${location}` } };
      const before = tsb.received.length;
      const failed = { code: 'ERR_ORIGIN_REFUSED', retryable: false, details: { status } };
      // Whether something was created before the redirect, nobody knows.
      await expect(client.sign.asynchronous(body)).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN', cause: failed });
      await expect(client.sign.synchronous(body)).rejects.toMatchObject(failed);
      await expect(client.requests.get('11111111-2222-4333-8444-555555555555')).rejects.toMatchObject(failed);
      expect(tsb.received.length - before).toBe(3);
    }
    expect(connections).toBe(0);
  });

  it('would have been noticed by this test', async () => {
    await fetch(targets['another port']?.((thief.address() as AddressInfo).port) ?? '').catch(() => undefined);
    expect(connections).toBe(1);
  });
});
