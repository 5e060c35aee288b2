/** Lets work on one thing happen one after the other. A queue forgets itself when it is empty. */
export class Turns {
  readonly #queues = new Map<string, Promise<unknown>>();

  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(key) ?? Promise.resolve();
    const mine = before.then(work);
    // Who waits behind us does not care how it ended.
    const tail = mine.catch(() => undefined);
    this.#queues.set(key, tail);
    try {
      return await mine;
    } finally {
      if (this.#queues.get(key) === tail) this.#queues.delete(key);
    }
  }
}
