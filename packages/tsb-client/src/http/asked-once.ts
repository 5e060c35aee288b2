import type { Deadline } from './deadline.js';

/** A question that costs something: however many calls need the answer, it is asked once, and the answer is held. */
export class AskedOnce<T> {
  readonly #ask: () => Promise<T>;
  readonly #unwanted: ((answer: T) => void) | undefined;
  #asked: Promise<T> | undefined;

  /** @param unwanted gets answers that came after they were forgotten */
  constructor(ask: () => Promise<T>, unwanted?: (answer: T) => void) {
    this.#ask = ask;
    this.#unwanted = unwanted;
  }

  /** What was asked and not forgotten. */
  get asked(): Promise<T> | undefined {
    return this.#asked;
  }

  /**
   * The answer. A question that fails is forgotten, so that the next call asks again, and so is one that is still open at the deadline of
   * the call that asked it: it may never be answered.
   */
  answer(deadline: Deadline | undefined): Promise<T> {
    if (this.#asked) return this.#asked;
    deadline?.throwIfEnded();
    const asked = this.#ask();
    this.#asked = asked;
    const forget = () => this.forget(asked);
    deadline?.signal.addEventListener('abort', forget, { once: true });
    asked.then((answer) => {
      deadline?.signal.removeEventListener('abort', forget);
      if (this.#asked !== asked) this.#unwanted?.(answer);
    }, forget);
    return asked;
  }

  /** Lets the next call ask again, unless one has already. */
  forget(asked: Promise<T> | undefined): void {
    if (this.#asked === asked) this.#asked = undefined;
  }
}
