import { Fifo } from './fifo.js';
import type { Job } from './job.js';

/** Jobs that wait for a lane, in their order. */
export class JobQueue {
  readonly #jobs = new Fifo<Job>();
  #waiting = 0;

  /** How many there are whose callers wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** @param again it has waited already: goes before all others */
  add(job: Job, again: boolean): void {
    job.queued = true;
    this.#waiting++;
    if (again) this.#jobs.putBack(job);
    else this.#jobs.push(job);
  }

  /** The next one whose caller waits. */
  first(): Job | undefined {
    for (let job = this.#jobs.peek(); job; job = this.#jobs.peek()) {
      if (!job.done) return job;
      this.#jobs.shift();
    }
    return undefined;
  }

  /** Takes out what {@link first} gave. */
  take(): void {
    const job = this.#jobs.shift();
    if (job) this.left(job);
  }

  /** A job waits no more, or nobody waits for it. */
  left(job: Job): void {
    if (job.queued) this.#waiting--;
    job.queued = false;
  }

  /** Takes all of them out. */
  drain(): Job[] {
    const jobs = this.#jobs.drain();
    for (const job of jobs) this.left(job);
    return jobs;
  }
}
