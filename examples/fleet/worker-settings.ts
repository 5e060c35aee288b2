import { type Clock, systemClock } from '@securosys/core';

/** Where everything is, as the fleet tells its workers in the variable `FLEET`. */
export interface WorkerSettings {
  readonly tsb: { readonly url: string; readonly token: string };
  readonly key: string;
  /** Certificates, DER, base64, leaf first. */
  readonly chain: readonly string[];
  readonly registry: string;
  readonly targets: readonly string[];
  /** Socket of Redis. */
  readonly socket: string;
  readonly queue: string;
  readonly lookAgainMs: number;
  /** Jobs at a time. */
  readonly concurrency: number;
  /** When the clock of the requests began to run faster, in milliseconds since 1970, and by how much. */
  readonly quick: { readonly since: number; readonly factor: number };
}

/**
 * A request's right to publish is taken over after two minutes of silence, and an intent without a request is doubted after twenty seconds.
 * Nobody wants to watch that, so that a demonstration may have a clock that runs faster.
 */
export const quickClock = ({ since, factor }: WorkerSettings['quick']): Clock => ({
  now: () => Math.round(since + (Date.now() - since) * factor),
  sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
});
