import type { Clock, Fetch } from '@securosys/core';
import { createTsbClient, type TsbClient, type TsbClientOptions } from '../src/index.js';

/** One request as it left the client. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string | undefined;
  /** The body as JSON. */
  readonly json: unknown;
  /** The body of a multipart call. */
  readonly form?: FormData;
}

export type Answer = Response | Error | ((seen: Seen) => Response | Promise<Response>);

export const json = (value: unknown, status = 200): Response =>
  new Response(value === undefined ? null : JSON.stringify(value), { status });

export const failure = (errorCode: number, status: number, reason = 'res.error.x', message = 'no'): Response =>
  json({ errorCode, reason, message }, status);

/** What undici's `fetch` throws, with the code of its cause. */
export const networkError = (code: string): Error =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });

/** Answers in order; the last one is repeated. */
export function fakeFetch(...answers: Answer[]): { fetch: Fetch; seen: Seen[] } {
  const seen: Seen[] = [];
  const fetch: Fetch = async (input, init) => {
    const body = typeof init?.body === 'string' ? init.body : undefined;
    const one: Seen = {
      method: init?.method ?? 'GET',
      url: String(input),
      headers: new Headers(init?.headers),
      body,
      json: body === undefined ? undefined : JSON.parse(body),
      ...(init?.body instanceof FormData && { form: init.body }),
    };
    const answer = answers[Math.min(seen.length, answers.length - 1)];
    seen.push(one);
    if (answer instanceof Error) throw answer;
    if (typeof answer === 'function') return answer(one);
    if (!answer) throw new Error('no answer prepared');
    return answer.clone();
  };
  return { fetch, seen };
}

/** Answers by path. */
export function routes(table: Readonly<Record<string, (seen: Seen) => Response>>): { fetch: Fetch; seen: Seen[] } {
  return fakeFetch((seen) => {
    const path = new URL(seen.url).pathname;
    const route = table[path] ?? Object.entries(table).find(([name]) => path.startsWith(name))?.[1];
    return route ? route(seen) : failure(651, 404);
  });
}

/** A clock on which nobody waits. */
export const quickClock: Clock & { slept: number[] } = {
  slept: [],
  now: () => Date.parse('2026-11-21T12:00:00Z'),
  sleep: async (ms) => {
    quickClock.slept.push(ms);
  },
};

export function clientOf(fetch: Fetch, more: Partial<TsbClientOptions> = {}): TsbClient {
  return createTsbClient({ url: 'https://tsb.example', auth: { type: 'none' }, fetch, clock: quickClock, ...more });
}

export const version = { Version: '2.5.1', Vendor: 'Securosys SA' };
