import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Clock } from '@securosys/core';
import { expect, it } from 'vitest';
import { createTsbClient } from '../../src/index.js';
import { clientOf, fakeFetch, json, version } from '../fake-fetch.js';

/** One byte a read, as a clock of its own goes on by a second. */
function dripping(text: string): { body: ReadableStream<Uint8Array>; clock: Clock; given: () => number } {
  let given = 0;
  const bytes = Buffer.from(text);
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (given === bytes.length) controller.close();
      else controller.enqueue(Uint8Array.of(bytes[given++] as number));
    },
  });
  return { body, clock: { now: () => given * 1000, sleep: async () => undefined }, given: () => given };
}

it('a body of a byte a second is given up long before its end (S23)', async () => {
  const { body, clock, given } = dripping(JSON.stringify({ ...version, padding: 'x'.repeat(10_000) }));
  const { fetch } = fakeFetch(() => new Response(body));
  await expect(clientOf(fetch, { clock }).service.version()).rejects.toMatchObject({ code: 'ERR_LIMIT' });
  expect(given()).toBeLessThan(20);
});

it('a create whose answer drips has an unknown outcome', async () => {
  const { body, clock } = dripping(`{"signRequestId":"${'1'.repeat(36)}"}`);
  const { fetch } = fakeFetch(() => new Response(body, { status: 201 }));
  const request = { payload: 'aGk=', signKeyName: 'k', signatureAlgorithm: 'SHA256_WITH_ECDSA' } as const;
  const call = clientOf(fetch, { clock }).sign.asynchronous(request);
  await expect(call).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
});

it('a body that stands still ends with the deadline of the call', async () => {
  const { fetch } = fakeFetch(() => new Response(new ReadableStream()));
  await expect(clientOf(fetch, { timeoutMs: 30 }).service.version()).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
});

it('no encoding is asked for, and none is taken', async () => {
  const { fetch, seen } = fakeFetch(json(version));
  await clientOf(fetch).service.version();
  expect(seen[0]?.headers.get('accept-encoding')).toBe('identity');
  const encoded = new Response(gzipSync(JSON.stringify(version)), { headers: { 'content-encoding': 'gzip' } });
  const call = clientOf(fakeFetch(encoded).fetch).service.version();
  await expect(call).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
});

it('a real server hears identity from the default transport, and its encoded answer is refused', async () => {
  const heard: unknown[] = [];
  const server = createServer((request, response) => {
    heard.push(request.headers['accept-encoding']);
    response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync(JSON.stringify(version)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = createTsbClient({ url: `http://127.0.0.1:${port}`, auth: { type: 'none' } });
  try {
    await expect(client.service.version()).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
    expect(heard).toEqual(['identity']);
  } finally {
    server.closeAllConnections();
    await client.close();
    await new Promise((resolve) => server.close(resolve));
  }
});
