import type { Job, Use } from './job.js';
import type { JobQueue } from './job-queue.js';
import type { LanePool } from './lane-pool.js';
import type { References } from './references.js';
import type { SlotHost } from './slot-host.js';
import type { SlotUser } from './slot-user.js';

/** What sending uses of keys to lanes needs of their token. */
export interface SenderHost {
  readonly user: SlotUser;
  readonly slots: readonly SlotHost[];
  readonly references: References;
  /** Finds the object of a handle in a slot and remembers it there. */
  resolve(handle: Use['key'], slot: SlotHost): Promise<void>;
}

/** Gives what waits to the lanes, the least loaded one first, and has lanes for what they do not take. */
export class Sender {
  readonly #host: SenderHost;
  readonly #queue: JobQueue;
  readonly #pool: LanePool;
  readonly #end: (job: Job, error: unknown) => void;
  #scheduled = false;

  constructor(host: SenderHost, queue: JobQueue, pool: LanePool, end: (job: Job, error: unknown) => void) {
    this.#host = host;
    this.#queue = queue;
    this.#pool = pool;
    this.#end = end;
  }

  /** @param again it has waited already: goes before all others */
  enqueue(job: Job, again: boolean): void {
    if (job.done) return;
    this.#queue.add(job, again);
    this.pump();
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

  #send(): void {
    const [queue, pool] = [this.#queue, this.#pool];
    if (queue.waiting === 0) return;
    this.#prepare();
    const { references } = this.#host;
    for (let job = queue.first(); job; job = queue.first()) {
      const lane = pool.pick(job.estimate);
      if (!lane) break;
      queue.take();
      const key = references.lookUp(job.use.key, lane.slot);
      if (key) lane.add(job, key);
      else void this.#resolve(job, lane.slot);
    }
    const each = queue.first()?.estimate.ms ?? 1;
    let work = queue.waiting * each;
    pool.flush(work);
    pool.watch();
    if (queue.waiting === 0) return;
    for (const lane of pool.lanes) work += lane.load;
    // One lane for each operation that would wait longer than it takes, or than a lane needs to be worth its start.
    pool.provide(Math.ceil(work / Math.max(each, 1)));
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

  async #resolve(job: Job, slot: SlotHost): Promise<void> {
    try {
      await this.#host.resolve(job.use.key, slot);
      this.enqueue(job, true);
    } catch (error) {
      this.#end(job, error);
    }
  }
}
