import { type CallOptions, SignError } from '@securosys/core';
import { isDecided } from './decided.js';
import { InFlight } from './in-flight.js';
import { problemOf } from './item-status.js';
import { mostInFlight } from './publish-items.js';
import type { RequestContents } from './request-contents.js';
import { requestFailure } from './request-failure.js';
import { assertAllowed } from './targets.js';
import { assertFileUnused, UsedItems } from './used-items.js';
import type { WorkItem } from './work-item.js';

/** The steps that all items of a request take together. */
export class RequestSteps {
  readonly #contents: Omit<RequestContents, 'again'>;
  readonly #inFlight = new InFlight(mostInFlight);
  readonly #used: UsedItems;

  constructor(contents: Omit<RequestContents, 'again'>) {
    this.#contents = contents;
    this.#used = new UsedItems(contents.store, contents.clock);
  }

  get undone(): readonly WorkItem[] {
    return this.#contents.items.filter(({ done }) => !done);
  }

  get #open(): readonly WorkItem[] {
    return this.undone.filter(({ ended }) => !ended);
  }

  /** All that comes before anything is sent. */
  async begin(call: CallOptions): Promise<void> {
    const { register } = this.#contents;
    const replaces = await register.check();
    await assertFileUnused(this.#contents);
    this.#bind();
    this.assertOpen(this.#open);
    await this.overOpen((item) => item.judge(call));
    await this.overOpen((item) => item.file(call));
    // Another run may have been first with an item: its bytes are those that people decide on.
    this.#bind();
    await this.noteUse();
    await register.write(replaces);
  }

  /** Leaves a trace of every item, so that no copy of it is taken for another request. */
  async noteUse(): Promise<void> {
    const { register, items } = this.#contents;
    if (!register.isAlone) await this.over(items, (item) => this.#used.note(item, register.id));
  }

  /** Whether the time and the targets allow it. */
  assertOpen(items: readonly WorkItem[]): void {
    const { register, targets, clock } = this.#contents;
    const { expiresAt } = register.outline;
    if (expiresAt !== undefined && clock.now() >= expiresAt)
      throw new SignError('ERR_APPROVAL_EXPIRED', `the time of signing request ${register.id} is over`, {
        details: { requestId: register.id, reason: 'request-expired' },
      });
    assertAllowed(
      targets,
      items.flatMap(({ repositories }) => repositories),
    );
  }

  /** One step of some items, to the end; then the first error, if there was one. */
  async over(items: readonly WorkItem[], work: (item: WorkItem) => Promise<void>): Promise<void> {
    await this.#inFlight.all(items, work);
  }

  /** One step of every item that is not done. The first that fails keeps those after it from beginning. */
  async overOpen(work: (item: WorkItem) => Promise<void>): Promise<void> {
    const { register, items } = this.#contents;
    try {
      await this.over(this.#open, (item) => attempted(item, work));
    } catch (error) {
      if (!SignError.is(error)) throw error;
      throw requestFailure(
        error,
        register.id,
        items.map((item) => item.view()),
      );
    }
  }

  /** Says of every item with what else people decide on it. */
  #bind(): void {
    const { register, items } = this.#contents;
    if (register.isAlone) return;
    const payloads = items.flatMap((item) => item.payloads);
    const batch = { id: register.id, payloads };
    for (const item of items) item.bind(batch);
  }
}

/** What goes wrong is kept with the item; what people decided against is noted for a later run. */
async function attempted(item: WorkItem, work: (item: WorkItem) => Promise<void>): Promise<void> {
  try {
    await work(item);
  } catch (error) {
    if (!SignError.is(error)) throw error;
    const problem = problemOf(error);
    item.note(problem);
    if (isDecided(error)) await item.end(problem);
    throw error;
  }
}
