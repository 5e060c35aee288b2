import type { RequestState } from '@securosys/core';

/** One look at a request, as those who wait for it read its result. */
export type Look = (id: string) => Promise<RequestState>;

/** Somebody who waits for a request to change. There may be thousands: each is one small object. */
export interface Waiter {
  readonly id: string;
  readonly known: RequestState;
  readonly look: Look;
  /** Milliseconds since 1970; infinite: as long as it takes. */
  readonly until: number;
  /** Number of the last listing that began before this waiter came. */
  readonly since: number;
  /** No listing says anything about this request before then: it was open although the list lacked it. */
  restUntil: number;
  readonly resolve: (state: RequestState) => void;
  readonly reject: (reason: unknown) => void;
  /** Lets go of the signal and of the timer, where there is one. */
  detach: (() => void) | undefined;
}

/** All waiters of a backend, those longest without a look first. */
export class Waiters {
  readonly #all = new Set<Waiter>();

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<Waiter> {
    return this.#all[Symbol.iterator]();
  }

  add(waiter: Waiter): void {
    this.#all.add(waiter);
  }

  /** The first `count`, who go to the end of the queue. */
  take(count: number): Waiter[] {
    const taken: Waiter[] = [];
    for (const waiter of this.#all) {
      if (taken.length === count) break;
      taken.push(waiter);
    }
    for (const waiter of taken) {
      this.#all.delete(waiter);
      this.#all.add(waiter);
    }
    return taken;
  }

  /** Forgets a waiter; `false` when somebody else has done so. */
  drop(waiter: Waiter): boolean {
    if (!this.#all.delete(waiter)) return false;
    waiter.detach?.();
    return true;
  }

  resolve(waiter: Waiter, state: RequestState): void {
    if (this.drop(waiter)) waiter.resolve(state);
  }

  reject(waiter: Waiter, reason: unknown): void {
    if (this.drop(waiter)) waiter.reject(reason);
  }

  rejectAll(reason: unknown): void {
    for (const waiter of [...this.#all]) this.reject(waiter, reason);
  }

  /** When the first of them gives up, milliseconds since 1970. */
  nearest(): number {
    let nearest = Number.POSITIVE_INFINITY;
    for (const { until } of this.#all) nearest = Math.min(nearest, until);
    return nearest;
  }

  /** Those whose time is up hear that nothing changed. */
  expire(now: number): void {
    for (const waiter of [...this.#all]) if (waiter.until <= now) this.resolve(waiter, waiter.known);
  }
}
