import type { CallOptions, SignError } from '@securosys/core';
import { InFlight } from './in-flight.js';
import { listedBelow } from './index-order.js';
import { ItemSteps } from './item-steps.js';
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

/** One run over all items of a request. */
export class PublishRun {
  readonly #run: Publishing;
  readonly #asking = new InFlight(mostInFlight);
  readonly #giving = new InFlight(mostInFlight);
  readonly #below: ReadonlyMap<WorkItem, readonly WorkItem[]>;
  readonly #steps: ItemSteps;

  constructor(run: Publishing) {
    this.#run = run;
    this.#below = listedBelow(run.items, ({ place }) => place);
    this.#steps = new ItemSteps(run.call);
  }

  /** What the items met, in their order. @throws what is no error of ours, and the reason of an abortion */
  get errors(): readonly SignError[] {
    return this.#steps.errorsOf(this.#run.items);
  }

  /** Publishes each item when it is ready, and an index after what it lists. */
  async each(): Promise<void> {
    const runs = new Map<WorkItem, Promise<void>>();
    const run = (item: WorkItem, listed?: Promise<unknown>) =>
      this.#inLease(async (outside) => {
        if (!(await this.#sign(item, outside, listed)) || this.#waitsForListed(item)) return;
        await this.#giving.run(() => this.#steps.take(item, () => this.#publish(item)));
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
    if (this.#steps.failed) return;
    await this.#inLease(async () => {
      const waves = this.#waves;
      await this.#over(waves.flat(), (item) => this.#make(item));
      for (const wave of waves) if (!this.#steps.failed) await this.#over(wave, (item) => item.give(this.#run.call));
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
    await Promise.all(items.map((item) => this.#giving.run(() => this.#steps.take(item, () => work(item)))));
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
    if (!(await this.#asking.run(() => this.#steps.take(item, () => item.submit(call))))) return false;
    const progress = onProgress && { onProgress: (state: Parameters<typeof onProgress>[0]) => onProgress(state, item.view()) };
    const wait = () => this.#steps.take(item, () => item.wait({ ...options, ...progress }));
    if (!item.waited && !before) return wait();
    let signed = false;
    // Nobody publishes while people decide.
    await outside(async () => {
      signed = await wait();
      await before;
      signed &&= await this.#steps.take(item, () => this.#run.judge(item));
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
      this.#steps.stop(error);
    } finally {
      await lease.leave();
    }
  }
}
