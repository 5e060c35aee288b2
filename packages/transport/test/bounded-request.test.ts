import { systemClock, utf8Bytes, utf8Text } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../testing/src/clock.js';
import { expectOwnMemory } from '../../testing/src/own-memory.js';
import { boundedRequest } from '../src/index.js';

const base = { clock: systemClock, url: 'http://ocsp.example/', maxBytes: 100, timeoutMs: 1000 };

describe('a bounded request', () => {
  it('sends what it is given and gives the answer in memory of its own (S39)', async () => {
    const seen: [string, RequestInit | undefined][] = [];
    const fetch = async (url: string | URL | Request, init?: RequestInit) => {
      seen.push([String(url), init]);
      return new Response(Buffer.from('answer'), { status: 203, headers: { 'content-type': 'a/b' } });
    };
    const answer = await boundedRequest({
      ...base,
      fetch,
      method: 'POST',
      headers: { 'content-type': 'x/y' },
      body: utf8Bytes('ask'),
    });
    expect(answer).toMatchObject({ status: 203 });
    expect(answer.headers.get('content-type')).toBe('a/b');
    expect(utf8Text(answer.body, 'answer')).toBe('answer');
    expect(expectOwnMemory(answer.body)).toBeGreaterThan(0);
    expect(seen).toMatchObject([
      [
        'http://ocsp.example/',
        { method: 'POST', redirect: 'manual', headers: { 'accept-encoding': 'identity', 'content-type': 'x/y' } },
      ],
    ]);
  });

  it('gives an error status to the caller, and a redirect without its body', async () => {
    for (const status of [500, 404]) {
      const answer = await boundedRequest({ ...base, fetch: async () => new Response('no', { status }) });
      expect([answer.status, answer.body.byteLength]).toEqual([status, 2]);
    }
    const redirect = async () => new Response('elsewhere', { status: 302, headers: { location: 'http://127.0.0.1/' } });
    const answer = await boundedRequest({ ...base, fetch: redirect });
    expect([answer.status, answer.body.byteLength]).toEqual([302, 0]);
  });

  it.each([
    ['announced', new Response('x'.repeat(101), { headers: { 'content-length': '101' } })],
    ['endless', new Response(new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(64)) }))],
  ])('an answer over the cap is ERR_LIMIT: %s', async (_, response) => {
    await expect(boundedRequest({ ...base, fetch: async () => response })).rejects.toMatchObject({ code: 'ERR_LIMIT' });
  });

  it('an answer that trickles is ERR_LIMIT long before the deadline', async () => {
    const clock = createTestClock();
    const trickle = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await clock.sleep(1000);
        controller.enqueue(new Uint8Array(1));
      },
    });
    const started = clock.now();
    await expect(
      boundedRequest({ ...base, clock, timeoutMs: 600_000, maxBytes: 10_000, fetch: async () => new Response(trickle) }),
    ).rejects.toMatchObject({ code: 'ERR_LIMIT', message: expect.stringContaining('slowly') });
    expect(clock.now() - started).toBeLessThan(10_000);
  });

  it('a stacked content coding is refused unread', async () => {
    const coded = async () => new Response('x', { headers: { 'content-encoding': 'gzip, gzip' } });
    await expect(boundedRequest({ ...base, fetch: coded })).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
  });

  it('nor is it waited for until its sender confirms that nobody reads it', async () => {
    const body = () => new ReadableStream({ cancel: () => new Promise(() => undefined) });
    const coded = async () => new Response(body(), { headers: { 'content-encoding': 'gzip' } });
    await expect(boundedRequest({ ...base, fetch: coded })).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
    const redirect = async () => new Response(body(), { status: 302 });
    await expect(boundedRequest({ ...base, fetch: redirect })).resolves.toMatchObject({ status: 302 });
  });

  it('silence ends at the deadline, and abortion with the reason of the caller', async () => {
    const silent = () => new Promise<Response>(() => undefined);
    await expect(boundedRequest({ ...base, fetch: silent, timeoutMs: 20 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    const reason = new Error('enough');
    await expect(boundedRequest({ ...base, fetch: silent, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('a broken connection is ERR_NETWORK with stable names and without foreign text', async () => {
    const broken = async () => {
      throw new TypeError('fetch failed for Basic c2VjcmV0', {
        cause: Object.assign(new Error('secret'), { code: 'ECONNRESET' }),
      });
    };
    const error = await boundedRequest({ ...base, fetch: broken }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'ERR_NETWORK', message: 'no answer from ocsp.example: ECONNRESET', retryable: true });
    expect(error).not.toHaveProperty('cause');
  });

  it('lets go of an answer that comes after the deadline', async () => {
    let answer: (response: Response) => void = () => undefined;
    const late = new Promise<Response>((resolve) => {
      answer = resolve;
    });
    await expect(boundedRequest({ ...base, fetch: () => late, timeoutMs: 5 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    const cancelled = new Promise<void>((cancel) => answer(new Response(new ReadableStream({ cancel: () => cancel() }))));
    await expect(cancelled).resolves.toBeUndefined();
  });

  it.each([
    ['a URL that is none', { url: '//user:secret@host.example/' }],
    ['a limit that is no number', { maxBytes: Number.NaN }],
  ])('%s is ERR_INVALID_ARGUMENT and not shown', async (_, wrong) => {
    const error = await boundedRequest({ ...base, fetch: async () => new Response('x'), ...wrong }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', message: expect.not.stringContaining('secret') });
  });

  it('an option that does not exist is refused', async () => {
    await expect(boundedRequest({ ...base, fetch, redirects: 1 } as never)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
  });
});
