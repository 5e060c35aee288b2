import type { UseOptions } from '../token/token-calls.js';
import type { Estimate } from './estimate.js';
import { guard, isBounded } from './guard.js';
import { Job, type JobHost, type Use } from './job.js';
import type { Timers } from './timers.js';

/** Who makes a job, and ends it when its caller's time is over. */
export interface BoundedJobHost extends JobHost {
  readonly timers: Timers;
  end(job: Job, reason: unknown): void;
}

/** A job that ends when its caller's signal or deadline says so; one without either costs nothing more than itself. */
export function jobOf(
  host: BoundedJobHost,
  use: Use,
  estimate: Estimate,
  options: UseOptions,
  resolve: (value: Uint8Array) => void,
  reject: (reason: unknown) => void,
): Job {
  if (!isBounded(options)) return new Job(host, use, estimate, resolve, reject);
  let stop: () => void = () => undefined;
  const job = new Job(
    host,
    use,
    estimate,
    after(() => stop(), resolve),
    after(() => stop(), reject),
  );
  stop = guard(options, host.timers, use.operation, (reason) => host.end(job, reason));
  return job;
}

/** `then`, with what has to be tidied up before. */
const after =
  <T>(tidy: () => void, then: (value: T) => void) =>
  (value: T): void => {
    tidy();
    then(value);
  };
