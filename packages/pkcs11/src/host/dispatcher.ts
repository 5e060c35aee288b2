import { SignError } from '@securosys/core';
import type { UseOptions } from '../token/token-calls.js';
import type { Command, Results } from '../worker/wire.js';
import { type BoundedJobHost, jobOf } from './bounded-job.js';
import type { Counters } from './counters.js';
import { Estimates } from './estimate.js';
import type { Job, Use } from './job.js';
import { JobQueue } from './job-queue.js';
import type { Lane } from './lane.js';
import { LanePool, type PoolHost } from './lane-pool.js';
import { tellLaneLost, tellSessionGone } from './losses.js';
import type { TokenSettings } from './options-of.js';
import type { HostFailure, Outcome } from './outcome.js';
import { PendingUses } from './pending-uses.js';
import { refusal } from './refusal.js';
import { Sender, type SenderHost } from './sender.js';
import type { SlotHost } from './slot-host.js';
import type { Timers } from './timers.js';
import { type Treated, treat } from './treat-job.js';
import type { StartWorker } from './worker-port.js';

/** What the dispatcher needs of the token that it works for. */
export interface DispatcherHost extends SenderHost {
  readonly settings: TokenSettings;
  readonly counters: Counters;
  readonly start: StartWorker;
}

/** Brings uses of keys to lanes: a bounded queue, the least loaded lane first, failures cured where they can be. */
export class Dispatcher implements BoundedJobHost, PoolHost {
  readonly estimates = new Estimates();
  readonly pool: LanePool;
  readonly timers: Timers;
  readonly #host: DispatcherHost;
  readonly #queue = new JobQueue();
  readonly #pending: PendingUses;
  readonly #sender: Sender;
  #closed: SignError | undefined;

  constructor(host: DispatcherHost) {
    this.#host = host;
    this.timers = host.settings.timers;
    this.pool = new LanePool(host.slots, host.settings, host.start, this);
    this.#pending = new PendingUses(host, this.#queue);
    this.#sender = new Sender(host, this.#queue, this.pool, (job, error) => this.end(job, error));
  }

  /** Uses that wait for a lane and whose callers wait. */
  get waiting(): number {
    return this.#queue.waiting;
  }

  get running(): number {
    let running = 0;
    for (const lane of this.pool.lanes) running += lane.running;
    return running;
  }

  /** No lane is in a native call, or on its way into one. */
  get quiet(): boolean {
    return (
      this.pool.starting === 0 && this.pool.hanging === 0 && [...this.pool.lanes].every(({ channel }) => channel.pending === 0)
    );
  }

  /** Queues a use of a key. @throws SignError `ERR_UNAVAILABLE`, retryable, when too many wait */
  submit(use: Use, options: UseOptions): Promise<Uint8Array> {
    const refused = this.#refusal();
    if (refused) return Promise.reject(refused);
    if (options.signal?.aborted) return Promise.reject(options.signal.reason);
    return new Promise((resolve, reject) => {
      const estimate = this.estimates.of(use.mechanism.type, use.bytes ?? 0);
      const job = jobOf(this, use, estimate, options, resolve, reject);
      this.#pending.add(job);
      this.#sender.enqueue(job, false);
    });
  }

  pump(): void {
    this.#sender.pump();
  }

  settled(job: Job, lane: Lane, outcome: Outcome<Results[Command['op']]>): void {
    const { failure } = outcome;
    lane.left(job, failure);
    if (!failure) {
      lane.slot.worked();
      // Uses of keys answer with bytes.
      if (!job.done) this.#pending.finish(job, outcome.value as Uint8Array);
      return;
    }
    if (failure.session === 'lost') this.pool.reopen(lane);
    if (failure.session) tellSessionGone(this.#host, failure);
    if (!job.done) void this.#cure(job, lane, failure);
    this.pump();
  }

  /** A use ends before its work does. */
  end(job: Job, reason: unknown): void {
    this.#pending.end(job, reason);
  }

  noLane(error: unknown): void {
    for (const job of this.#queue.drain()) this.end(job, error);
  }

  slotFailed(slot: SlotHost, generation: number, failure: HostFailure): void {
    slot.recover(this.#host.user, generation, failure).then(
      () => this.pump(),
      // `unreachable` was told.
      () => undefined,
    );
  }

  laneLost(_lane: Lane, failure: HostFailure): void {
    tellLaneLost(this.#host, failure, this.pool.hanging);
    if (this.pool.hanging < this.#host.settings.lanes) return;
    const hung = this.#refusal();
    if (hung) this.#host.user.emit('unhealthy', { reason: hung });
    if (hung) this.noLane(hung);
  }

  /** A slot is out of reach: what waits can only be done in another one. */
  unreachable(error: unknown): void {
    if (this.#host.slots.some((slot) => slot.isReady || slot.isBusy)) return;
    this.noLane(error);
  }

  /** Takes no more; resolves when nothing is pending, or after `ms`, when what is left is rejected. */
  async close(ms: number): Promise<void> {
    this.#closed ??= new SignError('ERR_UNAVAILABLE', 'the token was closed', { retryable: false });
    await this.#pending.drained(this.timers, ms);
    this.noLane(this.#closed);
    this.#pending.endAll(this.#closed);
    await this.pool.close(ms);
  }

  #refusal(): SignError | undefined {
    return this.#closed ?? refusal(this.waiting, this.pool.hanging, this.#host.settings);
  }

  async #cure(job: Job, lane: Lane, failure: HostFailure): Promise<void> {
    let treated: Treated;
    try {
      treated = await treat(job, lane, failure, { ...this.#host, pool: this.pool });
    } catch (error) {
      return this.end(job, error);
    }
    if (treated.again) this.#sender.enqueue(job, true);
    else this.end(job, treated.error);
  }
}
