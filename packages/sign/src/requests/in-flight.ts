/** Work of which no more than so much goes on at once; what comes later waits its turn. */
export class InFlight {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#most) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  /** All of them, to the end; then the first error, if there was one. */
  async all<S, T>(subjects: readonly S[], work: (subject: S) => Promise<T>): Promise<T[]> {
    let failed = false;
    const settled = await Promise.allSettled(
      subjects.map((subject) =>
        this.run(async () => {
          if (failed) throw skipped;
          try {
            return await work(subject);
          } catch (error) {
            failed = true;
            throw error;
          }
        }),
      ),
    );
    const reasons = settled.flatMap((one) =>
      one.status === 'rejected' && one.reason !== skipped ? [one.reason as unknown] : [],
    );
    if (reasons.length > 0) throw reasons[0];
    return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  }
}

const skipped = new Error('not begun, because other work failed');
