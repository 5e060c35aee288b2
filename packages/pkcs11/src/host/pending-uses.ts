import type { Counters } from './counters.js';
import type { Job } from './job.js';
import type { JobQueue } from './job-queue.js';
import type { SlotHost } from './slot-host.js';
import type { Timers } from './timers.js';

/** With what uses are pending. */
export interface PendingHost {
  readonly slots: readonly SlotHost[];
  readonly counters: Counters;
}

/** Uses whose callers wait: in the queue, in lanes, or being cured. While there are any, the process is kept alive. */
export class PendingUses {
  readonly #host: PendingHost;
  readonly #queue: JobQueue;
  readonly #jobs = new Set<Job>();
  #idle: (() => void) | undefined;

  constructor(host: PendingHost, queue: JobQueue) {
    this.#host = host;
    this.#queue = queue;
  }

  add(job: Job): void {
    if (this.#jobs.size === 0) this.#host.slots[0]?.module.hold();
    this.#jobs.add(job);
  }

  /** The caller gets its result. */
  finish(job: Job, value: Uint8Array): void {
    job.done = true;
    this.#host.counters.completed++;
    job.resolve(value);
    this.#left(job);
  }

  /** The caller, if it still waits, gets an error. */
  end(job: Job, reason: unknown): void {
    if (job.done) return;
    job.done = true;
    this.#queue.left(job);
    this.#host.counters.failed++;
    job.reject(reason);
    this.#left(job);
  }

  endAll(reason: unknown): void {
    for (const job of [...this.#jobs]) this.end(job, reason);
  }

  /** Resolves when nothing is pending, or after `ms`. */
  async drained(timers: Timers, ms: number): Promise<void> {
    if (this.#jobs.size === 0) return;
    await new Promise<void>((resolve) => {
      const stop = timers.after(ms, resolve);
      this.#idle = () => {
        stop();
        resolve();
      };
    });
  }

  #left(job: Job): void {
    this.#jobs.delete(job);
    if (this.#jobs.size > 0) return;
    this.#host.slots[0]?.module.release();
    this.#idle?.();
  }
}
