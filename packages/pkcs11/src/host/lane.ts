import { maxBatch } from '../worker/wire.js';
import type { Channel } from './channel.js';
import { type Estimate, Estimates } from './estimate.js';
import type { Job } from './job.js';
import type { HostFailure } from './outcome.js';
import type { SlotHost } from './slot-host.js';
import type { Timers } from './timers.js';

/** Work that a lane may have in hand, in milliseconds: enough for few large messages, little enough to share it out. */
const maxLoadMs = 64;
/** Requests that a lane may have in hand: two messages of the largest batch. */
const maxRequests = 2 * maxBatch;
/** Above this, a second request in hand gains nothing. */
const slowMs = 50;

/** One worker with one session of one slot, which makes one operation at a time, in the order in which they came. */
export class Lane {
  readonly slot: SlotHost;
  readonly channel: Channel;
  /** The slot was opened so often when the session was. */
  generation = -1;
  session: number | undefined;
  /** Being opened or closed: takes no jobs. */
  opening = false;
  /** Leaves when it has answered. */
  retired = false;
  /** Milliseconds of work in hand, as far as it is known. */
  load = 0;
  /** Requests in hand. */
  running = 0;
  lastUsed: number;
  /** Since when the worker has been at what it does now. */
  busySince = 0;
  readonly #timers: Timers;
  #hangsIn: Job | undefined;
  #full = false;
  /** How many of each kind were done since the last message of answers. */
  readonly #done = new Map<Estimate, number>();

  constructor(slot: SlotHost, channel: Channel, timers: Timers) {
    this.slot = slot;
    this.channel = channel;
    this.#timers = timers;
    this.lastUsed = timers.now();
  }

  /** It has a session that is good. */
  get usable(): boolean {
    return (
      this.session !== undefined &&
      !this.opening &&
      !this.retired &&
      this.generation === this.slot.generation &&
      this.slot.isReady
    );
  }

  /** A lane that was full is filled again when half of it is done, so that what is fast travels in large messages. */
  takes({ ms }: Estimate): boolean {
    if (this.running === 0 || (this.running < 2 && ms < slowMs)) return true;
    if (this.#full && (this.load > maxLoadMs / 2 || this.running > maxRequests / 2)) return false;
    this.#full = this.running >= maxRequests || this.load + ms > maxLoadMs;
    return !this.#full;
  }

  /** Puts a job into the next message. */
  add(job: Job, key: Uint8Array): void {
    const { session } = this;
    if (session === undefined) return;
    if (this.running++ === 0) this.busySince = this.#timers.now();
    job.lane = this;
    job.cost = job.estimate.ms;
    job.epoch = this.slot.epoch;
    job.generation = this.slot.generation;
    this.load += job.cost;
    this.channel.add(job.command(session, key), job);
  }

  /** Whether the worker hangs in this job: the first one that it did not answer. */
  hangsIn(job: Job): boolean {
    return this.#hangsIn === job;
  }

  /** A job has left the lane. */
  left(job: Job, failure: HostFailure | undefined): void {
    if (failure?.worker === 'stuck') this.#hangsIn ??= job;
    this.running--;
    this.load = this.running === 0 ? 0 : this.load - job.cost;
    if (!failure) this.#done.set(job.estimate, (this.#done.get(job.estimate) ?? 0) + 1);
  }

  /** A message of answers was read, for which the worker took so long. */
  answered(ms: number): void {
    const now = this.#timers.now();
    if (this.#done.size > 0) {
      Estimates.measured(this.#done, ms);
      this.#done.clear();
    }
    this.busySince = now;
    this.lastUsed = now;
  }
}

/** How many of these take work, now or later. */
export function living(lanes: Iterable<Lane>): number {
  let count = 0;
  for (const lane of lanes) if (!lane.retired) count++;
  return count;
}
