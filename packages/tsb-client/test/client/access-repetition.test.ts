import { type Clock, SignError } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { httpTime, pauseMs, retryAfterMs } from '../../src/http/repetition.js';
import { clientOf, failure, fakeFetch, json, networkError, version } from '../fake-fetch.js';

const start = Date.parse('2026-11-21T12:00:00Z');
const signBody = { payload: 'aGk=', signKeyName: 'k', signatureAlgorithm: 'EDDSA' } as const;
const created = json({ signRequestId: '11111111-2222-4333-8444-555555555555' }, 201);

/** A clock that goes on by what is slept. */
function sleepingClock(): Clock & { slept: number[] } {
  const slept: number[] = [];
  let now = start;
  return {
    slept,
    now: () => now,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
  };
}
const busy = (retryAfter?: string, status = 429) =>
  new Response('busy', { status, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } });

describe('pauses', () => {
  it('double, are drawn from the whole range, and stop growing', () => {
    expect([0, 1, 2, 9].map((done) => pauseMs(done, undefined, () => 0.999999))).toEqual([249, 499, 999, 7999]);
    expect(pauseMs(5, undefined, () => 0)).toBe(0);
  });

  it('come after all that the server asked for', () => {
    expect(pauseMs(0, 3000, () => 0)).toBe(3000);
    expect(pauseMs(0, 3000, () => 0.5)).toBe(3125);
  });

  it('are drawn by the random source that was handed in', async () => {
    const clock = sleepingClock();
    const { fetch } = fakeFetch(networkError('ECONNRESET'));
    await clientOf(fetch, { clock, random: () => 0.5, retries: 3 })
      .service.version()
      .catch(() => undefined);
    expect(clock.slept).toEqual([125, 250, 500]);
  });
});

describe('Retry-After', () => {
  it.each([
    ['7', 7000],
    ['0', 0],
    ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
    ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
    ['999999999', 86_400_000],
    ['', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['2026-11-21T12:00:30Z', undefined],
    ['1e3', undefined],
  ])('%j means %s ms', (text, ms) => {
    expect(retryAfterMs(text, start)).toBe(ms);
  });

  it('of any text is nothing, or from no time to a day (property)', () => {
    const text = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    );
    fc.assert(
      fc.property(text, (given) => {
        const ms = retryAfterMs(given, start) ?? 0;
        expect(ms >= 0 && ms <= 86_400_000).toBe(true);
        const time = httpTime(given);
        if (time !== undefined) expect(new Date(time).toUTCString()).toBe(given);
      }),
    );
  });

  it.each(['2', 'Sat, 21 Nov 2026 12:00:02 GMT'])('%s is waited out', async (header) => {
    const clock = sleepingClock();
    const { fetch } = fakeFetch(busy(header, 503), json(version));
    await clientOf(fetch, { clock, random: () => 0 }).service.version();
    expect(clock.slept).toEqual([2000]);
  });

  it('beyond the deadline ends the call at once, and says when to come back', async () => {
    const clock = sleepingClock();
    const { fetch, seen } = fakeFetch(busy('60'));
    const call = clientOf(fetch, { clock }).service.version({ timeoutMs: 59_000 });
    await expect(call).rejects.toMatchObject({ code: 'ERR_RATE_LIMITED', retryable: true, details: { retryAfterMs: 60_000 } });
    expect([seen.length, clock.slept]).toEqual([1, []]);
  });
});

describe('what is sent again:', () => {
  it.each([
    [0, 1],
    [1, 2],
    [5, 6],
  ])('with %d retries a read is sent %d times at most', async (retries, times) => {
    const { fetch, seen } = fakeFetch(busy(undefined, 502));
    await expect(clientOf(fetch, { retries }).service.version()).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
    expect(seen).toHaveLength(times);
  });

  it.each([-1, 11, 1.5, Number.NaN, '2'])('retries of %s are refused', (retries) => {
    expect(() => clientOf(fakeFetch(json({})).fetch, { retries: retries as number })).toThrow(/retries/);
  });

  type Outcome = readonly [answer: Response | Error, read: number, use: number, create: number];
  // How often each kind is sent: read twice more; use and create only when it is certain that nothing was done.
  const table: Readonly<Record<string, Outcome>> = {
    'HTTP 429 of the TSB': [failure(600, 429), 3, 3, 3],
    'HTTP 429 of a proxy': [busy(), 3, 3, 3],
    'a refused connection': [networkError('ECONNREFUSED'), 3, 3, 3],
    'a reset connection': [networkError('ECONNRESET'), 3, 1, 1],
    'HTTP 502 of a proxy': [busy(undefined, 502), 3, 1, 1],
    'HTTP 503 of a proxy': [busy('1', 503), 3, 1, 1],
    'HTTP 504 of a proxy': [busy(undefined, 504), 3, 1, 1],
    'a technical failure': [failure(1, 500), 3, 1, 1],
    'a failure of the HSM': [failure(701, 500), 1, 1, 1],
    'HTTP 408': [failure(600, 408), 1, 1, 1],
    'a wrong argument': [failure(600, 400), 1, 1, 1],
    'a conflict': [failure(615, 409), 1, 1, 1],
    'HTTP 403': [failure(400, 403), 1, 1, 1],
    'a server that is not trusted': [networkError('CERT_HAS_EXPIRED'), 1, 1, 1],
    'a page with HTTP 200': [new Response('<html>'), 1, 1, 1],
  };
  it.each(Object.entries(table))('after %s', async (_, [answer, ...times]) => {
    const counts: number[] = [];
    for (const call of ['read', 'use', 'create'] as const) {
      const { fetch, seen } = fakeFetch(answer);
      const client = clientOf(fetch);
      const error: unknown = await (call === 'read'
        ? client.service.version()
        : call === 'use'
          ? client.sign.synchronous(signBody)
          : client.sign.asynchronous(signBody)
      ).catch((e: unknown) => e);
      expect(SignError.is(error)).toBe(true);
      counts.push(seen.length);
    }
    expect(counts).toEqual(times);
  });

  it('a create that met a 429 first and an accepted connection then is one create', async () => {
    const { fetch, seen } = fakeFetch(busy('1'), networkError('ECONNREFUSED'), created);
    await clientOf(fetch).sign.asynchronous(signBody);
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1);
    expect(seen).toHaveLength(3);
  });

  it('a create that met a 429 first and a reset connection then has an unknown outcome', async () => {
    const { fetch, seen } = fakeFetch(busy('1'), networkError('ECONNRESET'), created);
    await expect(clientOf(fetch).sign.asynchronous(signBody)).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
    expect(seen).toHaveLength(2);
  });

  it('a create that waits for its repetition when time is up is known not to have happened', async () => {
    const { fetch } = fakeFetch(busy());
    const clock: Clock = {
      now: () => start,
      sleep: (_, signal) => new Promise((_ok, no) => signal?.addEventListener('abort', () => no(signal.reason))),
    };
    const call = clientOf(fetch, { clock }).sign.asynchronous(signBody, { timeoutMs: 20_000, signal: AbortSignal.timeout(20) });
    await expect(call).rejects.toMatchObject({ name: 'TimeoutError' });
    const late = clientOf(fetch, { clock, random: () => 0 }).sign.asynchronous(signBody, { timeoutMs: 20 });
    await expect(late).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  });
});
