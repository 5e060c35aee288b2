import { type CallOptions, SignError, type SignErrorCode } from '@securosys/core';
import { isDecided } from './decided.js';
import { InFlight } from './in-flight.js';
import { listedBelow } from './index-order.js';
import { problemOf } from './item-status.js';
import type { Lease } from './lease.js';
import type { CompleteRequestOptions } from './request-types.js';
import type { WorkItem } from './work-item.js';

/** What publishing needs to know of the request. */
export interface Publishing {
  readonly items: readonly WorkItem[];
  readonly lease: Lease;
  readonly options: CompleteRequestOptions;
  readonly call: CallOptions;
  /** Whether the targets, the guards and the time still allow an item. */
  judge(item: WorkItem): Promise<void>;
  /** Whether the request may go on, after another run had the lease. */
  check(): Promise<void>;
}

/** Uses of keys that are asked for at once, and publications that go on at once. */
export const mostInFlight = 16;

/** After these the next item may fare better. */
const ofOneItem = new Set<SignErrorCode>(['ERR_APPROVAL_PENDING', 'ERR_OUTCOME_UNKNOWN', 'ERR_VETOED', 'ERR_REQUEST_NOT_FOUND']);

/** One run over all items of a request. */
export class PublishRun {
  readonly #run: Publishing;
  readonly #asking = new InFlight(mostInFlight);
  readonly #giving = new InFlight(mostInFlight);
  readonly #below: ReadonlyMap<WorkItem, readonly WorkItem[]>;
  readonly #errors = new Map<WorkItem, SignError>();
  /** What every other item would meet as well. */
  #halted = false;
  #foreign: { readonly error: unknown } | undefined;

  constructor(run: Publishing) {
    this.#run = run;
    this.#below = listedBelow(run.items, ({ place }) => place);
  }

  /** What the items met, in their order. @throws what is no error of ours, and the reason of an abortion */
  get errors(): readonly SignError[] {
    if (this.#foreign) throw this.#foreign.error;
    return this.#run.items.flatMap((item) => this.#errors.get(item) ?? endOf(item) ?? []);
  }

  /** Publishes each item when it is ready, and an index after what it lists. */
  async each(): Promise<void> {
    const runs = new Map<WorkItem, Promise<void>>();
    const run = (item: WorkItem, listed?: Promise<unknown>) =>
      this.#inLease(async (outside) => {
        if (!(await this.#sign(item, outside, listed)) || this.#waitsForListed(item)) return;
        await this.#giving.run(() => this.#step(item, () => this.#publish(item)));
      });
    const [first, last] = this.#waves;
    for (const item of first) runs.set(item, run(item));
    const below = (item: WorkItem) => Promise.all(this.#listed(item).map((one) => runs.get(one)));
    await Promise.all([...runs.values(), ...last.map((item) => run(item, below(item)))]);
  }

  /** Publishes all items, or none while one is not ready. */
  async all(): Promise<void> {
    if (this.#run.items.some(({ ended }) => ended)) return;
    await Promise.all(this.#open.map((item) => this.#inLease((outside) => this.#sign(item, outside))));
    if (this.#errors.size > 0 || this.#foreign) return;
    await this.#inLease(async () => {
      const waves = this.#waves;
      await this.#over(waves.flat(), (item) => this.#make(item));
      for (const wave of waves)
        if (this.#errors.size === 0 && !this.#foreign) await this.#over(wave, (item) => item.give(this.#run.call));
    });
  }

  /** What is to be done, an index after what it lists. */
  get #waves(): readonly [readonly WorkItem[], readonly WorkItem[]] {
    const open = this.#open;
    return [open.filter((item) => !this.#below.has(item)), open.filter((item) => this.#below.has(item))];
  }

  #listed(item: WorkItem): readonly WorkItem[] {
    return this.#below.get(item) ?? [];
  }

  /** Whether what an index lists may still come: what came to nothing does not. */
  #waitsForListed(item: WorkItem): boolean {
    return this.#listed(item).some(({ done, ended }) => !done && !ended);
  }

  get #open(): readonly WorkItem[] {
    return this.#run.items.filter(({ done, ended }) => !done && !ended);
  }

  async #over(items: readonly WorkItem[], work: (item: WorkItem) => Promise<void>): Promise<void> {
    await Promise.all(items.map((item) => this.#giving.run(() => this.#step(item, () => work(item)))));
  }

  /**
   * Asks and waits; says whether everything that the item needs is signed.
   * @param before what is waited for as well
   */
  async #sign(
    item: WorkItem,
    outside: (work: () => Promise<unknown>) => Promise<void>,
    before?: Promise<unknown>,
  ): Promise<boolean> {
    const { call, options } = this.#run;
    const { onProgress } = options;
    if (!(await this.#asking.run(() => this.#step(item, () => item.submit(call))))) return false;
    const progress = onProgress && { onProgress: (state: Parameters<typeof onProgress>[0]) => onProgress(state, item.view()) };
    const wait = () => this.#step(item, () => item.wait({ ...options, ...progress }));
    if (!item.waited && !before) return wait();
    let signed = false;
    // Nobody publishes while people decide.
    await outside(async () => {
      signed = await wait();
      await before;
      signed &&= await this.#step(item, () => this.#run.judge(item));
    });
    return signed;
  }

  async #publish(item: WorkItem): Promise<void> {
    await this.#make(item);
    await item.give(this.#run.call);
  }

  async #make(item: WorkItem): Promise<void> {
    const { lease, call } = this.#run;
    await lease.take(call);
    if (lease.contended) {
      await this.#run.check();
      item.suspect();
    }
    await item.make(call);
  }

  /** Runs what may come to publishing something; `outside` gives the right to do so back meanwhile. */
  async #inLease(work: (outside: (wait: () => Promise<unknown>) => Promise<void>) => Promise<unknown>): Promise<void> {
    const { lease } = this.#run;
    lease.enter();
    try {
      await work(async (wait) => {
        await lease.leave();
        try {
          await wait();
        } finally {
          lease.enter();
        }
      });
    } catch (error) {
      this.#foreign ??= { error };
    } finally {
      await lease.leave();
    }
  }

  /** One step of one item; says whether it was taken. What went wrong is kept. */
  async #step(item: WorkItem, work: () => Promise<unknown>): Promise<boolean> {
    const { call } = this.#run;
    if (this.#halted) return false;
    try {
      call.signal?.throwIfAborted();
      await work();
      return true;
    } catch (error) {
      if (call.signal?.aborted || !SignError.is(error)) {
        this.#halted = true;
        this.#foreign ??= { error };
        return false;
      }
      await this.#failed(item, error);
      return false;
    }
  }

  async #failed(item: WorkItem, error: SignError): Promise<void> {
    const problem = problemOf(error);
    item.note(problem.status === 'pending' ? undefined : problem);
    this.#errors.set(item, error);
    if (isDecided(error)) await item.end(problem);
    else this.#halted ||= !ofOneItem.has(error.code);
  }
}

/** What an earlier run was told. */
function endOf({ done, ended }: WorkItem): SignError | undefined {
  return done || !ended ? undefined : new SignError(ended.code, ended.reason);
}
