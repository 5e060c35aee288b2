import { SignError } from '@securosys/core';

/** Milliseconds of the machine's own time, which goes on alike whoever sets the clock. `performance` would have to be loaded for it. */
const machineMs = (): number => {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
};

/** The end of a call, whoever brings it about. */
export class Deadline {
  /** Whether the caller can end it early. If not, it ends by time alone, and a transport may keep the time by itself. */
  readonly abortable: boolean;
  readonly #endsAt: number;
  #ended = false;
  #reason: unknown;
  #controller: AbortController | undefined;

  constructor(timeoutMs: number, abortable: boolean) {
    this.abortable = abortable;
    this.#endsAt = machineMs() + timeoutMs;
  }

  /** How long it still is, in whole milliseconds, at least 1. */
  get leftMs(): number {
    return Math.max(1, Math.ceil(this.#endsAt - machineMs()));
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Aborted at the end. Made when first asked for: in a `fetch` a signal costs more than all else that we do for a call. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#ended) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  end(reason: unknown): void {
    this.#ended = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }

  throwIfEnded(): void {
    if (this.#ended) throw this.#reason;
  }
}

/**
 * Runs something under a deadline and the caller's signal, and stops waiting for it even when it ignores both.
 * @throws SignError `ERR_TIMEOUT` after `timeoutMs` milliseconds; `signal.reason`, unchanged, when aborted
 */
export function withDeadline<T>(
  run: (deadline: Deadline) => Promise<T>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const deadline = new Deadline(timeoutMs, signal !== undefined);
    const end = (reason: unknown) => {
      deadline.end(reason);
      reject(reason);
    };
    const stop = () => end(signal?.reason);
    const timer = setTimeout(() => end(new SignError('ERR_TIMEOUT', `no answer within ${timeoutMs} ms`)), timeoutMs);
    signal?.addEventListener('abort', stop, { once: true });
    const settled = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    };
    // The end was told already when a run fails because of it.
    run(deadline).then(
      (value) => {
        settled();
        resolve(value);
      },
      (error: unknown) => {
        settled();
        reject(error);
      },
    );
  });
}
