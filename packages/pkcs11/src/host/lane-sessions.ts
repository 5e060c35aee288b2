import type { SignError } from '@securosys/core';
import { cureFor } from './cures.js';
import type { Lane } from './lane.js';
import type { HostFailure } from './outcome.js';
import { slotError } from './slot-errors.js';
import type { SlotHost } from './slot-host.js';
import type { Timers } from './timers.js';

/** Attempts to open the session of the only lane, with growing pauses between them. */
const maxOpenings = 4;
const openingPauseMs = 100;

/** What the pool does about the sessions of its lanes. */
export interface SessionsHost {
  /** There may be room for work. */
  pump(): void;
  /** No lane can be had: nothing that waits can be done. */
  noLane(error: SignError): void;
  /** A session could not be opened because the slot, or the module, is lost. */
  slotFailed(slot: SlotHost, generation: number, failure: HostFailure): void;
  /** The token has too little room for all its lanes. Returns false for the last one, which has to do. */
  reduce(lane: Lane): boolean;
  /** Ends a lane. */
  retire(lane: Lane): Promise<void>;
  /** Whether another lane than this one is usable. */
  hasOther(lane: Lane): boolean;
}

/** The sessions of lanes: opens one for each, and again where one is lost. */
export class LaneSessions {
  readonly #timers: Timers;
  readonly #host: SessionsHost;
  /** Failed openings of a lane that is tried again. */
  readonly #openings = new WeakMap<Lane, number>();
  /** The last opening or closing of a session that a lane was asked for: when it is answered, so are those before. */
  readonly #asked = new WeakMap<Lane, Promise<unknown>>();

  constructor(timers: Timers, host: SessionsHost) {
    this.#timers = timers;
    this.#host = host;
  }

  /** Opens the session of a lane that has none, unless that is under way or waits for a better moment. */
  provide(lane: Lane): void {
    if (lane.slot.isReady && !lane.usable && !lane.opening && !lane.retired && !this.#openings.has(lane)) void this.open(lane);
  }

  /** The session of a lane is dead: opens another. */
  reopen(lane: Lane): void {
    if (!lane.opening && !lane.retired && lane.slot.isReady) void this.open(lane);
  }

  /** The slot is lost: the lane closes its session, behind the calls that it is in. */
  abandon(lane: Lane): void {
    const { session } = lane;
    if (session === undefined || lane.channel.lost) return;
    lane.session = undefined;
    this.#asked.set(lane, lane.channel.call({ op: 'closeSession', session }));
  }

  /** Closes the session of a lane that leaves; one that is on its way, or not closed yet, would stay open for as long as the process lives. */
  async end(lane: Lane): Promise<void> {
    await this.#asked.get(lane);
    const { session } = lane;
    lane.session = undefined;
    if (session !== undefined && !lane.channel.lost) await lane.channel.call({ op: 'closeSession', session });
  }

  async open(lane: Lane): Promise<void> {
    lane.opening = true;
    const { slot, channel } = lane;
    const { generation } = slot;
    if (lane.running === 0) lane.busySince = this.#timers.now();
    const { session } = lane;
    lane.session = undefined;
    // What it answers does not matter: the session is not used any more.
    if (session !== undefined) void channel.call({ op: 'closeSession', session });
    const opened = channel.call({ op: 'openSession', slot: slot.info.slotId, readWrite: false });
    this.#asked.set(lane, opened);
    const outcome = await opened;
    lane.opening = false;
    if (channel.lost) return;
    if (outcome.failure) {
      if (!lane.retired) this.#notOpened(lane, generation, outcome.failure);
      return;
    }
    this.#openings.delete(lane);
    lane.session = outcome.value;
    lane.generation = generation;
    if (!lane.retired) this.#host.pump();
  }

  #notOpened(lane: Lane, generation: number, failure: HostFailure): void {
    const { slot } = lane;
    const cure = cureFor('open', failure);
    if (cure === 'slot' || cure === 'module') {
      this.#host.slotFailed(slot, generation, failure);
      return;
    }
    if (cure === 'room' && this.#host.reduce(lane)) return;
    const openings = (this.#openings.get(lane) ?? 0) + 1;
    this.#openings.set(lane, openings);
    const others = this.#host.hasOther(lane);
    if (cure !== 'none' && openings < maxOpenings && !others) {
      this.#timers.after(openingPauseMs * 2 ** (openings - 1), () => {
        if (!lane.retired && !lane.opening && !lane.channel.lost && slot.isReady) void this.open(lane);
        else this.#openings.delete(lane);
      });
      return;
    }
    void this.#host.retire(lane);
    if (!others) this.#host.noLane(slotError(slot, 'open', failure));
  }
}
