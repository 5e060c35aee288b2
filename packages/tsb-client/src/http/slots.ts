import type { Deadline } from './deadline.js';

/** Lets so many run at a time; the others wait in the order in which they came. */
export class Slots {
  #free: number;
  /** In order of insertion; whoever gives up is taken out of the middle. */
  readonly #waiting = new Set<() => void>();

  constructor(most: number) {
    this.#free = most;
  }

  /**
   * Takes a place, which `release` gives back; `undefined` when there was one at once.
   * Rejects with the reason of the deadline when that comes before.
   */
  take(deadline: Deadline): Promise<void> | undefined {
    if (this.#free > 0) {
      this.#free--;
      return undefined;
    }
    const { signal } = deadline;
    return new Promise((resolve, reject) => {
      const go = () => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      const stop = () => {
        this.#waiting.delete(go);
        reject(signal.reason);
      };
      if (signal.aborted) return reject(signal.reason);
      this.#waiting.add(go);
      signal.addEventListener('abort', stop, { once: true });
    });
  }

  /** Hands the place to whoever waits longest. */
  release(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free++;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
