import type { SlotHost } from './slot-host.js';
import type { SlotUser } from './slot-user.js';

/** A login or a restoration that is under way, and on whose behalf. */
interface Flight {
  readonly user: SlotUser;
  readonly done: Promise<void>;
}

/** Logins and restorations of a slot: one at a time, and whoever wants one meanwhile shares what comes of it. */
export class SingleFlight {
  readonly #slot: SlotHost;
  #flight: Flight | undefined;

  constructor(slot: SlotHost) {
    this.#slot = slot;
  }

  get isUnderWay(): boolean {
    return this.#flight !== undefined;
  }

  /**
   * Joins what is under way, or begins `run` unless that is done already. What ended because its own user left is begun again by whoever
   * still needs it.
   */
  async fly(user: SlotUser, isDone: () => boolean, run: () => Promise<void>): Promise<void> {
    for (;;) {
      if (user.left.aborted) throw user.closed;
      if (!this.#flight && isDone()) return;
      this.#flight ??= { user, done: this.#begin(user, run) };
      const flight = this.#flight;
      try {
        return await flight.done;
      } catch (error) {
        if (flight.user === user || error !== flight.user.closed) throw error;
      }
    }
  }

  /** Resolves when nothing is under way, however it ended. */
  async ended(): Promise<void> {
    await this.#flight?.done.catch(() => undefined);
  }

  async #begin(user: SlotUser, run: () => Promise<void>): Promise<void> {
    const slot = this.#slot;
    try {
      await run();
      this.#flight = undefined;
    } catch (error) {
      this.#flight = undefined;
      for (const each of slot.users)
        if (error === user.closed) each.slotReady(slot);
        else each.slotFailed(error);
      throw error;
    }
  }
}
