import { SignError } from '@securosys/core';
import { Channel } from './channel.js';
import type { Estimate } from './estimate.js';
import { Lane } from './lane.js';
import { LaneLimit } from './lane-limit.js';
import { LaneSessions } from './lane-sessions.js';
import type { TokenSettings } from './options-of.js';
import { type HostFailure, lostWorker } from './outcome.js';
import type { SlotHost } from './slot-host.js';
import type { StartWorker } from './worker-port.js';

/** Longest time that an answer waits for others. */
const maxPatienceMs = 16;

/** What the pool tells whoever uses its lanes. */
export interface PoolHost {
  /** There may be room for work. */
  pump(): void;
  /** No lane can be had: nothing that waits can be done. */
  noLane(error: SignError): void;
  /** A session could not be opened because the slot, or the module, is lost. */
  slotFailed(slot: SlotHost, generation: number, failure: HostFailure): void;
  /** A lane was given up; it hung, or its thread ended. */
  laneLost(lane: Lane, failure: HostFailure): void;
}

/** Starts lanes when there is work for them and ends them when there is none, over all slots of a token. */
export class LanePool {
  readonly lanes = new Set<Lane>();
  /** Workers that load the module. */
  starting = 0;
  /** Lanes whose thread hangs in the module. */
  hanging = 0;
  readonly #slots: readonly SlotHost[];
  readonly #settings: TokenSettings;
  readonly #start: StartWorker;
  readonly #host: PoolHost;
  readonly #limit = new LaneLimit();
  readonly #sessions: LaneSessions;
  readonly #waiting = new Map<Lane, (() => void)[]>();
  #stopLook: (() => void) | undefined;
  #closed = false;

  constructor(slots: readonly SlotHost[], settings: TokenSettings, start: StartWorker, host: PoolHost) {
    this.#slots = slots;
    this.#settings = settings;
    this.#start = start;
    this.#host = host;
    this.#sessions = new LaneSessions(settings.timers, {
      pump: () => host.pump(),
      noLane: (error) => host.noLane(error),
      slotFailed: (slot, generation, failure) => host.slotFailed(slot, generation, failure),
      reduce: (lane) => this.reduce(lane),
      retire: (lane) => this.retire(lane),
      hasOther: (lane) => [...this.lanes].some((each) => each !== lane && each.usable),
    });
  }

  /** The lane with the least work that takes one more of this kind. */
  pick(estimate: Estimate): Lane | undefined {
    let best: Lane | undefined;
    for (const lane of this.lanes)
      if ((best === undefined || lane.load < best.load) && lane.usable && lane.takes(estimate)) best = lane;
    return best;
  }

  /**
   * Sends what the lanes were given. Each turn of the main thread takes a processor from the lanes, so answers wait for others: as long as a
   * lane works on half of what it has in hand and `waiting`, which then keeps it busy until it hears of more, and no longer than people notice.
   * @param waitingMs work that waits for any of the lanes, in milliseconds
   */
  flush(waitingMs: number): void {
    const each = waitingMs / this.lanes.size;
    for (const lane of this.lanes) lane.channel.flush(Math.min((lane.load + each) / 2, maxPatienceMs));
  }

  /** Has lanes for `wanted` operations at the same time, as far as the tokens bear them. */
  provide(wanted: number): void {
    if (this.#closed) return;
    for (const lane of this.lanes) this.#sessions.provide(lane);
    for (let have = this.#living() + this.starting; have < Math.min(wanted, this.#settings.lanes); have++) {
      const slot = this.#roomiest();
      if (!slot) break;
      void this.#add(slot);
    }
    this.watch();
  }

  /** The session of a lane is dead: opens another. */
  reopen(lane: Lane): void {
    this.#sessions.reopen(lane);
  }

  /** The slot is lost: its lanes close their sessions, behind the calls that they are in. */
  abandon(slot: SlotHost): void {
    for (const lane of this.lanes) if (lane.slot === slot) this.#sessions.abandon(lane);
  }

  /** The token has too little room for all its lanes. Returns false for the last one, which has to do. */
  reduce(lane: Lane): boolean {
    const others = [...this.lanes].filter((each) => each !== lane && each.slot === lane.slot && each.usable).length;
    if (others === 0) return false;
    this.#limit.refused(lane.slot, others, this.#settings.timers.now());
    void this.retire(lane);
    return true;
  }

  /** Closes the session of a lane, when it has answered what it has in hand, and ends its thread. */
  async retire(lane: Lane): Promise<void> {
    if (lane.retired) return;
    lane.retired = true;
    await this.#sessions.end(lane);
    await this.#answered(lane);
    this.lanes.delete(lane);
    if (!lane.channel.lost) lane.channel.end();
  }

  /** Ends all lanes; those that do not answer are left to themselves after `ms`. */
  async close(ms: number): Promise<void> {
    this.#closed = true;
    this.#stopLook?.();
    const { timers } = this.#settings;
    await Promise.all(
      [...this.lanes].map((lane) => {
        const stop = timers.after(ms, () => lane.channel.fail(lostWorker('stuck')));
        return this.retire(lane).finally(stop);
      }),
    );
  }

  /** Resolves when nothing runs in the lanes of a slot; those that hang are given up first. */
  async idle(slot: SlotHost): Promise<void> {
    for (const lane of [...this.lanes]) if (lane.slot === slot) await this.#answered(lane);
  }

  /** Resolves when a lane has nothing in hand. */
  #answered(lane: Lane): Promise<void> {
    if (lane.running === 0) return Promise.resolve();
    this.watch();
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(lane) ?? [];
      waiting.push(resolve);
      this.#waiting.set(lane, waiting);
    });
  }

  #tellIdle(lane: Lane): void {
    if (lane.running > 0) return;
    for (const resolve of this.#waiting.get(lane) ?? []) resolve();
    this.#waiting.delete(lane);
  }

  #living(): number {
    let count = 0;
    for (const lane of this.lanes) if (!lane.retired) count++;
    return count;
  }

  /** The ready slot that has the fewest lanes, if it bears another. */
  #roomiest(): SlotHost | undefined {
    let best: SlotHost | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const slot of this.#slots) {
      if (!slot.isReady) continue;
      let count = this.#startingIn.get(slot) ?? 0;
      for (const lane of this.lanes) if (lane.slot === slot && !lane.retired) count++;
      if (count < fewest && count < this.#limit.of(slot, this.#settings.lanes, this.#settings.timers.now())) {
        best = slot;
        fewest = count;
      }
    }
    return best;
  }

  readonly #startingIn = new Map<SlotHost, number>();

  async #add(slot: SlotHost): Promise<void> {
    this.starting++;
    this.#startingIn.set(slot, (this.#startingIn.get(slot) ?? 0) + 1);
    const channel = this.#begin(slot);
    let error: unknown;
    try {
      await channel.ready;
    } catch (caught) {
      error = caught;
    }
    this.starting--;
    this.#startingIn.set(slot, (this.#startingIn.get(slot) ?? 1) - 1);
    if (error !== undefined || this.#closed) {
      channel.end();
      if (SignError.is(error) && this.#living() + this.starting === 0) this.#host.noLane(error);
      return;
    }
    const lane = new Lane(slot, channel, this.#settings.timers);
    channel.onAnswers = (ms) => {
      lane.answered(ms);
      this.#tellIdle(lane);
      this.#host.pump();
    };
    channel.onLost = (failure) => this.#lost(lane, failure);
    this.lanes.add(lane);
    await this.#sessions.open(lane);
  }

  #begin(slot: SlotHost): Channel {
    const channel = new Channel(this.#start('lane'), slot.module.file);
    // The control worker is held while anything is pending: lanes never keep the process alive.
    channel.unref();
    return channel;
  }

  #lost(lane: Lane, failure: HostFailure): void {
    const stuck = failure.worker === 'stuck';
    const { module } = lane.slot;
    if (stuck) {
      module.hanging++;
      this.hanging++;
    }
    lane.channel.onLate = () => {
      lane.channel.onLate = () => undefined;
      lane.channel.end();
      if (!stuck) return;
      module.hanging--;
      this.hanging--;
    };
    lane.retired = true;
    this.lanes.delete(lane);
    this.#tellIdle(lane);
    this.#host.laneLost(lane, failure);
    this.#host.pump();
  }

  /** Looks from time to time, while there is something to see, for lanes that hang and for lanes that nobody needs. */
  watch(): void {
    if (this.#stopLook || this.#closed || this.lanes.size === 0) return;
    const { timers, operationTimeoutMs, idleLaneMs } = this.#settings;
    this.#stopLook = timers.after(Math.min(operationTimeoutMs, idleLaneMs) / 2, () => {
      this.#stopLook = undefined;
      const now = timers.now();
      for (const lane of this.lanes) {
        if ((lane.running > 0 || lane.opening) && now - lane.busySince >= operationTimeoutMs)
          lane.channel.fail(lostWorker('stuck'));
        else if (lane.running === 0 && !lane.opening && now - lane.lastUsed >= idleLaneMs && this.#living() > 1)
          void this.retire(lane);
      }
      if (this.#living() > 1 || [...this.lanes].some((lane) => lane.running > 0 || lane.opening)) this.watch();
    });
  }
}
