import { SignError } from '@securosys/core';
import type { UseOptions } from '../token/token-calls.js';
import type { Command, Results } from '../worker/wire.js';
import type { Counters } from './counters.js';
import { Estimates } from './estimate.js';
import { guard, isBounded } from './guard.js';
import { Job, type JobHost, type Use } from './job.js';
import { JobQueue } from './job-queue.js';
import type { Lane } from './lane.js';
import { LanePool, type PoolHost } from './lane-pool.js';
import type { TokenSettings } from './options-of.js';
import type { HostFailure, Outcome } from './outcome.js';
import type { References } from './references.js';
import { refusal } from './refusal.js';
import type { SlotHost } from './slot-host.js';
import type { SlotUser } from './slot-user.js';
import { type Treated, treat } from './treat-job.js';
import type { StartWorker } from './worker-port.js';

/** What the dispatcher needs of the token that it works for. */
export interface DispatcherHost {
  readonly user: SlotUser;
  readonly slots: readonly SlotHost[];
  readonly settings: TokenSettings;
  readonly references: References;
  readonly counters: Counters;
  readonly start: StartWorker;
  /** Finds the object of a handle in a slot and remembers it there. */
  resolve(handle: Use['key'], slot: SlotHost): Promise<void>;
}

/** Brings uses of keys to lanes: a bounded queue, the least loaded lane first, failures cured where they can be. */
export class Dispatcher implements JobHost, PoolHost {
  readonly estimates = new Estimates();
  readonly pool: LanePool;
  readonly #host: DispatcherHost;
  readonly #queue = new JobQueue();
  /** Uses whose callers wait: in the queue, in lanes, or being cured. */
  readonly #pending = new Set<Job>();
  #scheduled = false;
  #closed: SignError | undefined;
  #idle: (() => void) | undefined;

  constructor(host: DispatcherHost) {
    this.#host = host;
    this.pool = new LanePool(host.slots, host.settings, host.start, this);
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
      let stop: () => void = () => undefined;
      const job = isBounded(options)
        ? new Job(
            this,
            use,
            estimate,
            after(() => stop(), resolve),
            after(() => stop(), reject),
          )
        : new Job(this, use, estimate, resolve, reject);
      if (isBounded(options))
        stop = guard(options, this.#host.settings.timers, use.operation, (reason) => this.#end(job, reason));
      if (this.#pending.size === 0) this.#host.slots[0]?.module.hold();
      this.#pending.add(job);
      this.#enqueue(job, false);
    });
  }

  /** Sends what can be sent. */
  pump(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // At the end of this turn: all that one message of answers brings on goes out in one message.
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#send();
    });
  }

  settled(job: Job, lane: Lane, outcome: Outcome<Results[Command['op']]>): void {
    const { failure } = outcome;
    lane.left(job, failure);
    if (!failure) {
      lane.slot.worked();
      // Uses of keys answer with bytes.
      if (!job.done) this.#finish(job, outcome.value as Uint8Array);
      return;
    }
    if (failure.session) this.#sessionGone(lane, failure);
    if (!job.done) void this.#cure(job, lane, failure);
    this.pump();
  }

  noLane(error: unknown): void {
    for (const job of this.#queue.drain()) this.#end(job, error);
  }

  slotFailed(slot: SlotHost, generation: number, failure: HostFailure): void {
    slot.recover(this.#host.user, generation, failure).then(
      () => this.pump(),
      // `unreachable` was told.
      () => undefined,
    );
  }

  laneLost(_lane: Lane, failure: HostFailure): void {
    const { counters, user, settings } = this.#host;
    counters.lostLanes++;
    const reason = new SignError(
      'ERR_TIMEOUT',
      failure.worker === 'stuck' ? 'a lane did not answer in time' : 'the thread of a lane ended',
      {
        retryable: true,
      },
    );
    user.emit('laneLost', { lost: this.pool.hanging, reason });
    if (this.pool.hanging < settings.lanes) return;
    const hung = this.#refusal();
    if (hung) user.emit('unhealthy', { reason: hung });
    if (hung) this.noLane(hung);
  }

  /** Takes no more; resolves when nothing is pending, or after `ms`, when what is left is rejected. */
  async close(ms: number): Promise<void> {
    this.#closed ??= new SignError('ERR_UNAVAILABLE', 'the token was closed', { retryable: false });
    const { timers } = this.#host.settings;
    if (this.#pending.size > 0)
      await new Promise<void>((resolve) => {
        const stop = timers.after(ms, resolve);
        this.#idle = () => {
          stop();
          resolve();
        };
      });
    this.noLane(this.#closed);
    for (const job of [...this.#pending]) this.#end(job, this.#closed);
    await this.pool.close(ms);
  }

  #refusal(): SignError | undefined {
    return this.#closed ?? refusal(this.waiting, this.pool.hanging, this.#host.settings);
  }

  #enqueue(job: Job, again: boolean): void {
    if (job.done) return;
    this.#queue.add(job, again);
    this.pump();
  }

  #send(): void {
    if (this.waiting === 0) return;
    this.#prepare();
    const { references } = this.#host;
    for (let job = this.#queue.first(); job; job = this.#queue.first()) {
      const lane = this.pool.pick(job.estimate);
      if (!lane) break;
      this.#queue.take();
      const key = references.lookUp(job.use.key, lane.slot);
      if (key) lane.add(job, key);
      else void this.#resolve(job, lane.slot);
    }
    const each = this.#queue.first()?.estimate.ms ?? 1;
    let work = this.waiting * each;
    this.pool.flush(work);
    this.pool.watch();
    if (this.waiting === 0) return;
    for (const lane of this.pool.lanes) work += lane.load;
    // One lane for each operation that would wait longer than it takes, or than a lane needs to be worth its start.
    this.pool.provide(Math.ceil(work / Math.max(each, 1)));
  }

  /** Slots log in at the first use that needs it. */
  #prepare(): void {
    const { slots, user } = this.#host;
    for (const slot of slots)
      if (!slot.isReady && !slot.isBusy)
        slot.ready(user).then(
          () => this.pump(),
          // `unreachable` was told.
          () => undefined,
        );
  }

  /** A slot is out of reach: what waits can only be done in another one. */
  unreachable(error: unknown): void {
    if (this.#host.slots.some((slot) => slot.isReady || slot.isBusy)) return;
    this.noLane(error);
  }

  async #resolve(job: Job, slot: SlotHost): Promise<void> {
    try {
      await this.#host.resolve(job.use.key, slot);
      this.#enqueue(job, true);
    } catch (error) {
      this.#end(job, error);
    }
  }

  async #cure(job: Job, lane: Lane, failure: HostFailure): Promise<void> {
    let treated: Treated;
    try {
      treated = await treat(job, lane, failure, { ...this.#host, pool: this.pool });
    } catch (error) {
      return this.#end(job, error);
    }
    if (treated.again) this.#enqueue(job, true);
    else this.#end(job, treated.error);
  }

  #sessionGone(lane: Lane, failure: HostFailure): void {
    const { user, counters } = this.#host;
    if (failure.session === 'lost') this.pool.reopen(lane);
    counters.sessionReplacements[failure.name] = (counters.sessionReplacements[failure.name] ?? 0) + 1;
    user.emit('sessionReplaced', { upstreamName: failure.name, upstreamCode: failure.code });
  }

  #finish(job: Job, value: Uint8Array): void {
    job.done = true;
    this.#host.counters.completed++;
    job.resolve(value);
    this.#left(job);
  }

  #end(job: Job, reason: unknown): void {
    if (job.done) return;
    job.done = true;
    this.#queue.left(job);
    this.#host.counters.failed++;
    job.reject(reason);
    this.#left(job);
  }

  #left(job: Job): void {
    this.#pending.delete(job);
    if (this.#pending.size > 0) return;
    this.#host.slots[0]?.module.release();
    this.#idle?.();
  }
}

/** `then`, with what has to be tidied up before. */
const after =
  <T>(tidy: () => void, then: (value: T) => void) =>
  (value: T): void => {
    tidy();
    then(value);
  };
