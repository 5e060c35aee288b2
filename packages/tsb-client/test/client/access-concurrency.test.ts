import { describe, expect, it } from 'vitest';
import { clientOf, fakeFetch, json, version } from '../fake-fetch.js';

/** Answers only when told to. */
function gate() {
  const open: (() => void)[] = [];
  const { fetch, seen } = fakeFetch(() => new Promise<Response>((resolve) => open.push(() => resolve(json(version)))));
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const next = () => {
    open.shift()?.();
    return settle();
  };
  return { fetch, seen, settle, next };
}
const rank = (seen: readonly { headers: Headers }[]) => seen.map(({ headers }) => headers.get('x-api-key'));

describe('maxConcurrency', () => {
  it('lets so many calls out at a time, the others in their order', async () => {
    const { fetch, seen, settle, next } = gate();
    const client = clientOf(fetch, { maxConcurrency: 2 });
    const labels = ['a', 'b', 'c', 'd', 'e'];
    const calls = labels.map((label) => client.certificates.get(label).catch(() => undefined));
    await settle();
    expect(seen).toHaveLength(2);
    for (const expected of [3, 4, 5, 5, 5]) {
      await next();
      expect(seen).toHaveLength(expected);
    }
    await Promise.all(calls);
    expect(seen.map(({ url }) => url.at(-1))).toEqual(labels);
  });

  it('is given back by calls that fail', async () => {
    const { fetch, seen } = fakeFetch(new Error('broken'));
    const client = clientOf(fetch, { maxConcurrency: 1, retries: 0 });
    for (const _ of [1, 2, 3]) await expect(client.service.version()).rejects.toMatchObject({ code: 'ERR_NETWORK' });
    expect(seen).toHaveLength(3);
  });

  it('does not stop the deadline of a call that waits, and such a create is known not to have happened', async () => {
    const { fetch, seen, settle, next } = gate();
    const client = clientOf(fetch, { maxConcurrency: 1 });
    const first = client.service.version();
    await settle();
    const create = client.keys.create({ label: 'k', spec: 'ec-p256', policy: null }, { timeoutMs: 20 });
    await expect(create).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    await next();
    await first;
    expect(seen).toHaveLength(1);
  });

  it('forgets a waiting call that was aborted, and lets the one behind it out', async () => {
    const { fetch, seen, settle, next } = gate();
    const client = clientOf(fetch, { maxConcurrency: 1, apiKeys: { service: 'service', keyManagement: 'management' } });
    const abort = new AbortController();
    const first = client.service.version();
    await settle();
    const aborted = client.keys.list({ signal: abort.signal });
    const last = client.service.version();
    await settle();
    abort.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    await next();
    await next();
    await Promise.all([first, last]);
    expect(rank(seen)).toEqual(['service', 'service']);
  });

  it('is free while a call pauses before its repetition', async () => {
    let wake: () => void = () => undefined;
    const sleep = () => new Promise<void>((resolve) => (wake = resolve));
    const { fetch, seen } = fakeFetch(new Response('', { status: 503 }), json(version));
    const client = clientOf(fetch, { maxConcurrency: 1, clock: { now: Date.now, sleep } });
    const pausing = client.service.version();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await client.service.version();
    wake();
    await pausing;
    expect(seen).toHaveLength(3);
  });

  it.each([0, -1, 1.5, 20_000, '64'])('of %s is refused', (maxConcurrency) => {
    expect(() => clientOf(fetch, { maxConcurrency: maxConcurrency as number })).toThrow(/maxConcurrency/);
  });
});
