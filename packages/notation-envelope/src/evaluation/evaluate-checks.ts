import type { CheckAction } from '../trust/verification-level.js';
import { type CheckReason, type CheckResult, type CheckType, reasonOf } from './outcome.js';

/** A result while it is being found. */
export type OpenResult = { -readonly [K in keyof CheckResult]: CheckResult[K] };

const refusedBefore: CheckReason = {
  code: 'refused-before',
  message: 'nobody was asked, because the signature is refused already',
};

/** Runs checks one after the other and keeps what each found. A check fails by throwing a `SignError`. */
export class Evaluation {
  readonly results: OpenResult[] = [];
  /** Whether an enforced check has failed: from then on nobody outside is asked about this signature. */
  refused = false;

  /** @param signal once it is aborted no failure is a verdict any more */
  constructor(readonly signal?: AbortSignal) {}

  /** The check's value, or `undefined` when it failed or is skipped. */
  run<T>(type: CheckType, action: CheckAction, check: (result: OpenResult) => T): T | undefined {
    const result = this.#begin(type, action);
    if (action === 'skip') return undefined;
    try {
      return check(result);
    } catch (error) {
      this.fail(result, error);
      return undefined;
    }
  }

  /** Like {@link run} for a check that asks others. */
  async ask(type: CheckType, action: CheckAction, check: (result: OpenResult) => Promise<void>): Promise<void> {
    const result = this.#begin(type, action);
    if (action === 'skip') return;
    if (this.refused) return this.notAsked(result);
    try {
      await check(result);
    } catch (error) {
      this.fail(result, error);
    }
  }

  /** Marks a result as one for which nobody was asked any more. */
  notAsked(result: OpenResult): void {
    result.result = 'skipped';
    result.reason = refusedBefore;
  }

  /** Turns a result into a failure. @throws the error itself when it is no verdict; `signal.reason` when aborted */
  fail(result: OpenResult, error: unknown): void {
    this.signal?.throwIfAborted();
    result.reason = reasonOf(error, result.type);
    result.result = 'fail';
    this.refused ||= result.action === 'enforce';
  }

  #begin(type: CheckType, action: CheckAction): OpenResult {
    const result: OpenResult = { type, action, result: action === 'skip' ? 'skipped' : 'pass' };
    this.results.push(result);
    return result;
  }
}
