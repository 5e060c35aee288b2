import type { Logger } from '@securosys/core';
import type { Subscribe, TokenEvents } from './events.js';

/** Tells events to their listeners; one that throws is written to the logger and harms nobody. */
export class Emitter {
  readonly #listeners = new Map<keyof TokenEvents, Set<(value: never) => void>>();
  readonly #logger: Logger | undefined;

  constructor(logger?: Logger) {
    this.#logger = logger;
  }

  readonly on: Subscribe = (event, listener) => {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener as (value: never) => void);
    return () => void listeners.delete(listener as (value: never) => void);
  };

  emit<K extends keyof TokenEvents>(event: K, value: TokenEvents[K]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])])
      try {
        // Only listeners of this event are in its set. One that is an async function fails later.
        const result = (listener as (value: TokenEvents[K]) => unknown)(value);
        if (result instanceof Promise) result.catch((error: unknown) => this.#failed(event, error));
      } catch (error) {
        this.#failed(event, error);
      }
  }

  #failed(event: keyof TokenEvents, error: unknown): void {
    this.#logger?.warn('a listener of a token event failed', {
      event,
      error: error instanceof Error ? error.name : typeof error,
    });
  }
}
