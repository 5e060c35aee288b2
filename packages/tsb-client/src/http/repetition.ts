import type { Endpoint } from '../api/endpoints.js';
import type { Attempt } from './exchange.js';

/** An attempt without an answer. */
export type Unanswered = Exclude<Attempt<unknown>, { answer: unknown }>;

/** The pause before the first repetition is drawn from 0 to so many milliseconds; it doubles with each further one. */
const firstMs = 250;
const mostMs = 8_000;

/**
 * Milliseconds before repetition number `done` + 1: exponential with full jitter, so that many clients of one server that stumbled
 * do not come back together. What the server asked for (`Retry-After`) is waited out whole, and the jitter added.
 */
export function pauseMs(done: number, askedMs: number | undefined, random: () => number): number {
  return (askedMs ?? 0) + Math.floor(random() * Math.min(mostMs, firstMs * 2 ** done));
}

/** Refusals that may pass: busy, restarting, or behind a proxy that lost its server. */
const passing = new Set(['ERR_RATE_LIMITED', 'ERR_UNAVAILABLE', 'ERR_TIMEOUT']);

/**
 * Whether a call may be sent again. A 429 says that nothing was done, and so does a connection that was never made: then even a
 * create may be repeated. After anything else only what changes nothing, or ends in the same state, is repeated.
 */
export function mayRepeat(effect: Endpoint['effect'], attempt: Unanswered): boolean {
  const safe = effect === 'read' || effect === 'idempotent';
  if ('failed' in attempt) return attempt.failed.retryable && (safe || attempt.neverSent);
  const { status, error } = attempt.refusal;
  return status === 429 || (safe && passing.has(error.code));
}

const dayMs = 86_400_000;
const httpDate =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** A time of HTTP (RFC 9110 §5.6.7, its one form for new messages) in milliseconds, or `undefined`. */
export function httpTime(text: string | null): number | undefined {
  return text !== null && httpDate.test(text) ? Date.parse(text) : undefined;
}

/**
 * `Retry-After` (RFC 9110 §10.2.3), seconds or a date, as milliseconds from `nowMs`; `undefined` when it is absent or makes no
 * sense. A day at most.
 */
export function retryAfterMs(text: string | null, nowMs: number): number | undefined {
  if (text !== null && /^\d{1,9}$/.test(text)) return Math.min(Number(text) * 1000, dayMs);
  const time = httpTime(text);
  return time === undefined ? undefined : Math.min(Math.max(time - nowMs, 0), dayMs);
}
