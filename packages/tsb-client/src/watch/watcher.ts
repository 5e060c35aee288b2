import { type CallOptions, type Clock, type RequestState, SignError, type SignErrorCode } from '@securosys/core';
import type { TsbRequestStatus } from '../api/algorithms.js';
import { differ } from './differ.js';
import { type Look, type Waiter, Waiters } from './waiters.js';

/** What a watcher needs of a client. */
export interface WatchedBroker {
  readonly clock: Clock;
  /** Requests that have not ended. */
  list(): Promise<readonly { readonly id: string; readonly status: TsbRequestStatus }[]>;
}

const firstPaceMs = 1_000;
const longestPaceMs = 15_000;
/** After calls that failed. */
const longestBackoffMs = 60_000;
/** So few are looked at one by one, so that each approval is seen as it comes. */
const few = 3;
/** Requests that have ended are fetched so many at a time. */
const lanes = 8;
/** How long a request is left alone that a listing lacked although it was open. */
const restMs = 30_000;
/** Rounds until a server that could not list is asked for a list again. */
const listAgainAfter = 64;
/** Refusals that say "not this list" rather than "not you": requests are then looked at one by one. */
const unlistable = new Set<SignErrorCode>([
  'ERR_CAPABILITY_MISSING',
  'ERR_FORBIDDEN',
  'ERR_INVALID_ARGUMENT',
  'ERR_LIMIT',
  'ERR_NOT_FOUND',
  'ERR_PROTOCOL',
]);

/** The longest that a timer of the platform waits, in milliseconds. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Ends a wait in real time, whatever the loop does: a call that stalls keeps only its round waiting. The loop ends waits by the clock that
 * was handed in.
 */
function timed(timeoutMs: number | undefined, end: () => void): NodeJS.Timeout | undefined {
  return timeoutMs === undefined || timeoutMs > longestTimerMs ? undefined : setTimeout(end, timeoutMs);
}

/**
 * One loop for everybody who waits for a request of one backend. While nothing changes it makes one call per round, at most one round
 * a second and fewer as time goes by: in turns, a list of all open requests, and a look at the one request that waited longest for
 * news of its approvals. A watched request that the list lacks has ended and is fetched. The loop runs only while somebody waits.
 */
export class Watcher {
  readonly #broker: WatchedBroker;
  readonly #waiters = new Waiters();
  #running = false;
  #pace = firstPaceMs;
  #lastRound = 0;
  #rounds = 0;
  #listings = 0;
  #listFrom = 0;
  #wake: AbortController | undefined;

  constructor(broker: WatchedBroker) {
    this.#broker = broker;
  }

  watch(id: string, known: RequestState, look: Look, { signal, timeoutMs }: CallOptions = {}): Promise<RequestState> {
    const { clock } = this.#broker;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const waiter: Waiter = {
        id,
        known,
        look,
        until: timeoutMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + timeoutMs,
        since: this.#listings,
        restUntil: 0,
        resolve,
        reject,
        detach: undefined,
      };
      if (signal || Number.isFinite(timeoutMs)) this.#bound(waiter, signal, timeoutMs);
      this.#waiters.add(waiter);
      this.#hurry();
    });
  }

  /** Apart from `watch`, so that those who wait without bounds keep nothing for it. */
  #bound(waiter: Waiter, signal: AbortSignal | undefined, timeoutMs: number | undefined): void {
    const abort = () => this.#waiters.reject(waiter, signal?.reason);
    const timer = timed(timeoutMs, () => this.#waiters.resolve(waiter, waiter.known));
    signal?.addEventListener('abort', abort, { once: true });
    waiter.detach = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
  }

  /** Ends every wait. */
  close(): void {
    this.#waiters.rejectAll(new SignError('ERR_UNAVAILABLE', 'the backend was closed', { retryable: false }));
    this.#wake?.abort();
  }

  /** Somebody new gets a look soon, though never more than one round a second. */
  #hurry(): void {
    if (!this.#running) {
      this.#running = true;
      this.#lastRound = this.#broker.clock.now();
      this.#pace = firstPaceMs;
      void this.#run();
    } else if (this.#pace > firstPaceMs) {
      this.#pace = firstPaceMs;
      this.#wake?.abort();
    }
  }

  async #run(): Promise<void> {
    try {
      while (this.#waiters.size > 0) if (await this.#pause()) await this.#round();
    } catch (error) {
      // Nothing that a server does comes here; a clock of the caller's own may.
      this.#waiters.rejectAll(error);
    } finally {
      this.#running = false;
    }
  }

  /** Sleeps until the next round is due, or somebody's time is up, or somebody new came. Says whether the round is due. */
  async #pause(): Promise<boolean> {
    const { clock } = this.#broker;
    const nearest = this.#waiters.nearest();
    const due = this.#lastRound + this.#pace;
    const wake = new AbortController();
    this.#wake = wake;
    try {
      // A clock that is set back does not make the sleep longer than the pace.
      await clock.sleep(Math.min(Math.max(0, Math.min(nearest, due) - clock.now()), this.#pace), wake.signal);
    } catch (error) {
      if (wake.signal.aborted) return false;
      throw error;
    }
    this.#waiters.expire(Math.min(nearest, due));
    return due <= nearest;
  }

  async #round(): Promise<void> {
    this.#lastRound = this.#broker.clock.now();
    const waiting = this.#waiters.size;
    const pace = this.#pace;
    const slower = (await this.#calls()) ? Math.min(pace * 1.25, longestPaceMs) : Math.min(pace * 2, longestBackoffMs);
    // Whoever came meanwhile has asked for haste.
    if (this.#pace < pace) return;
    this.#pace = this.#waiters.size < waiting || this.#listFrom > this.#rounds ? firstPaceMs : slower;
  }

  /** Says whether all went well. */
  async #calls(): Promise<boolean> {
    const round = ++this.#rounds;
    if (this.#waiters.size <= few) return this.#lookAt(this.#waiters.take(few));
    if (round < this.#listFrom || round % 2 === 0) return this.#lookAt(this.#waiters.take(1));
    return this.#list();
  }

  async #list(): Promise<boolean> {
    const listing = ++this.#listings;
    const open = new Map<string, TsbRequestStatus>();
    try {
      for (const { id, status } of await this.#broker.list()) open.set(id, status);
    } catch (error) {
      return this.#failed(error);
    }
    const now = this.#broker.clock.now();
    const changed = [...this.#waiters].filter(({ id, known, since, restUntil }) => {
      const status = open.get(id);
      // A list says nothing of requests that were made while it was written.
      if (status === undefined) return since < listing && restUntil <= now;
      return status.toLowerCase() !== known.status;
    });
    return this.#lookAt(changed);
  }

  #failed(error: unknown): boolean {
    if (SignError.is(error) && error.retryable) return false;
    if (SignError.is(error) && unlistable.has(error.code)) this.#listFrom = this.#rounds + listAgainAfter;
    else this.#waiters.rejectAll(error);
    return false;
  }

  /** Looks at some requests, a few at a time. A look that fails for a moment is nobody's end: the next round repeats it. */
  async #lookAt(waiters: readonly Waiter[]): Promise<boolean> {
    const queue = waiters[Symbol.iterator]();
    let well = true;
    const lane = async () => {
      for (const waiter of queue) {
        try {
          this.#told(waiter, await waiter.look(waiter.id));
        } catch (error) {
          if (SignError.is(error) && error.retryable) well = false;
          else this.#waiters.reject(waiter, error);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(lanes, waiters.length) }, lane));
    return well;
  }

  #told(waiter: Waiter, state: RequestState): void {
    if (differ(waiter.known, state)) this.#waiters.resolve(waiter, state);
    else waiter.restUntil = this.#broker.clock.now() + restMs;
  }
}
