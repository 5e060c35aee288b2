import { type CallOptions, SignError, type SignErrorCode } from '@securosys/core';
import { isDecided } from './decided.js';
import { problemOf } from './item-status.js';
import type { WorkItem } from './work-item.js';

/** After these the next item may fare better. */
const ofOneItem = new Set<SignErrorCode>(['ERR_APPROVAL_PENDING', 'ERR_OUTCOME_UNKNOWN', 'ERR_VETOED', 'ERR_REQUEST_NOT_FOUND']);

/** Steps of many items that go on beside each other: what goes wrong is kept, and stops the others where they would meet it as well. */
export class ItemSteps {
  readonly #call: CallOptions;
  readonly #errors = new Map<WorkItem, SignError>();
  /** What every other item would meet as well. */
  #halted = false;
  #foreign: { readonly error: unknown } | undefined;

  constructor(call: CallOptions) {
    this.#call = call;
  }

  /** Whether anything went wrong in this run. */
  get failed(): boolean {
    return this.#errors.size > 0 || this.#foreign !== undefined;
  }

  /** What items met, in their order, in this run or an earlier one. @throws what is no error of ours, and the reason of an abortion */
  errorsOf(items: readonly WorkItem[]): readonly SignError[] {
    if (this.#foreign) throw this.#foreign.error;
    return items.flatMap((item) => this.#errors.get(item) ?? endOf(item) ?? []);
  }

  /** Keeps what is no matter of one item. */
  stop(error: unknown): void {
    this.#foreign ??= { error };
  }

  /** One step of one item; says whether it was taken. */
  async take(item: WorkItem, work: () => Promise<unknown>): Promise<boolean> {
    const { signal } = this.#call;
    if (this.#halted) return false;
    try {
      signal?.throwIfAborted();
      await work();
      return true;
    } catch (error) {
      if (signal?.aborted || !SignError.is(error)) {
        this.#halted = true;
        this.stop(error);
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
