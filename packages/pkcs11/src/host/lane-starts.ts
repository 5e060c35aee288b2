import { SignError } from '@securosys/core';
import { Channel } from './channel.js';
import { type Lane, living } from './lane.js';
import { LaneLimit } from './lane-limit.js';
import type { TokenSettings } from './options-of.js';
import type { SlotHost } from './slot-host.js';
import type { StartWorker } from './worker-port.js';

/** What becomes of the workers that are started. */
export interface StartsHost {
  /** A worker has loaded the module. */
  started(slot: SlotHost, channel: Channel): void;
  /** None could be started, and there is no other. */
  noLane(error: SignError): void;
}

/** Starts workers for lanes: as many as are wanted and the slots bear, in the slots that have the fewest. */
export class LaneStarts {
  /** Workers that load the module. */
  count = 0;
  /** No more are started. */
  closed = false;
  readonly #lanes: ReadonlySet<Lane>;
  readonly #slots: readonly SlotHost[];
  readonly #settings: TokenSettings;
  readonly #start: StartWorker;
  readonly #host: StartsHost;
  readonly #limit = new LaneLimit();
  readonly #startingIn = new Map<SlotHost, number>();

  /** @param lanes those that were started, for as long as they are there */
  constructor(
    lanes: ReadonlySet<Lane>,
    slots: readonly SlotHost[],
    settings: TokenSettings,
    start: StartWorker,
    host: StartsHost,
  ) {
    this.#lanes = lanes;
    this.#slots = slots;
    this.#settings = settings;
    this.#start = start;
    this.#host = host;
  }

  /** Has as many lanes as are wanted, or allowed, or as the slots bear. */
  provide(wanted: number): void {
    for (let have = living(this.#lanes) + this.count; have < Math.min(wanted, this.#settings.lanes); have++) {
      const slot = this.#roomiest();
      if (!slot) break;
      void this.#begin(slot);
    }
  }

  /** A slot has no room for more than so many lanes, for now. */
  refused(slot: SlotHost, lanes: number): void {
    this.#limit.refused(slot, lanes, this.#settings.timers.now());
  }

  /** The ready slot that has the fewest lanes, if it bears another. */
  #roomiest(): SlotHost | undefined {
    let best: SlotHost | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const slot of this.#slots) {
      if (!slot.isReady) continue;
      let count = this.#startingIn.get(slot) ?? 0;
      for (const lane of this.#lanes) if (lane.slot === slot && !lane.retired) count++;
      if (count < fewest && count < this.#limit.of(slot, this.#settings.lanes, this.#settings.timers.now())) {
        best = slot;
        fewest = count;
      }
    }
    return best;
  }

  async #begin(slot: SlotHost): Promise<void> {
    this.count++;
    this.#startingIn.set(slot, (this.#startingIn.get(slot) ?? 0) + 1);
    const channel = new Channel(this.#start('lane'), slot.module.file);
    // The control worker is held while anything is pending: lanes never keep the process alive.
    channel.unref();
    let error: unknown;
    try {
      await channel.ready;
    } catch (caught) {
      error = caught;
    }
    this.count--;
    this.#startingIn.set(slot, (this.#startingIn.get(slot) ?? 1) - 1);
    if (error === undefined && !this.closed) return this.#host.started(slot, channel);
    channel.end();
    if (SignError.is(error) && living(this.#lanes) + this.count === 0) this.#host.noLane(error);
  }
}
