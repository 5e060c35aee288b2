import type { SignError } from '@securosys/core';
import type { Channel } from './channel.js';
import type { Estimate } from './estimate.js';
import { HangingLanes } from './hanging-lanes.js';
import { Lane } from './lane.js';
import { LaneSessions } from './lane-sessions.js';
import { LaneStarts } from './lane-starts.js';
import { LaneWaits } from './lane-waits.js';
import { LaneWatch } from './lane-watch.js';
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
  readonly #settings: TokenSettings;
  readonly #host: PoolHost;
  readonly #sessions: LaneSessions;
  readonly #starts: LaneStarts;
  readonly #waits = new LaneWaits();
  readonly #watch: LaneWatch;
  readonly #hanging = new HangingLanes();

  constructor(slots: readonly SlotHost[], settings: TokenSettings, start: StartWorker, host: PoolHost) {
    this.#settings = settings;
    this.#host = host;
    this.#watch = new LaneWatch(this.lanes, settings, (lane) => void this.retire(lane));
    this.#starts = new LaneStarts(this.lanes, slots, settings, start, {
      started: (slot, channel) => void this.#add(slot, channel),
      noLane: (error) => host.noLane(error),
    });
    this.#sessions = new LaneSessions(settings.timers, {
      pump: () => host.pump(),
      noLane: (error) => host.noLane(error),
      slotFailed: (slot, generation, failure) => host.slotFailed(slot, generation, failure),
      reduce: (lane) => this.reduce(lane),
      retire: (lane) => this.retire(lane),
      hasOther: (lane) => [...this.lanes].some((each) => each !== lane && each.usable),
    });
  }

  /** Workers that load the module. */
  get starting(): number {
    return this.#starts.count;
  }

  /** Lanes whose thread hangs in the module. */
  get hanging(): number {
    return this.#hanging.count;
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
    if (this.#starts.closed) return;
    for (const lane of this.lanes) this.#sessions.provide(lane);
    this.#starts.provide(wanted);
    this.watch();
  }

  /** Looks from time to time after lanes that hang, and lanes that nobody needs. */
  watch(): void {
    this.#watch.start();
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
    this.#starts.refused(lane.slot, others);
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
    this.#starts.closed = true;
    this.#watch.close();
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

  #answered(lane: Lane): Promise<void> {
    if (lane.running > 0) this.watch();
    return this.#waits.answered(lane);
  }

  async #add(slot: SlotHost, channel: Channel): Promise<void> {
    const lane = new Lane(slot, channel, this.#settings.timers);
    channel.onAnswers = (ms) => {
      lane.answered(ms);
      this.#waits.tell(lane);
      this.#host.pump();
    };
    channel.onLost = (failure) => this.#lost(lane, failure);
    this.lanes.add(lane);
    await this.#sessions.open(lane);
  }

  #lost(lane: Lane, failure: HostFailure): void {
    this.#hanging.lost(lane, failure);
    lane.retired = true;
    this.lanes.delete(lane);
    this.#waits.tell(lane);
    this.#host.laneLost(lane, failure);
    this.#host.pump();
  }
}
