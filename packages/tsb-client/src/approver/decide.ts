import { invalidArgument, SignError } from '@securosys/core';
import type { TaskView } from './view.js';

/** What became of one task of a decision. */
export type TaskOutcome =
  | { readonly view: TaskView; readonly outcome: 'approved' | 'rejected' }
  /** Sent or not: `error.code` says it. `ERR_OUTCOME_UNKNOWN`: the TSB may have counted it. */
  | { readonly view: TaskView; readonly outcome: 'failed'; readonly error: SignError }
  /** Not tried, because the caller's signal ended the work before. */
  | { readonly view: TaskView; readonly outcome: 'skipped' };

/** What became of a decision over many tasks. */
export interface BatchOutcome {
  /** One for each view given, in the same order. */
  readonly outcomes: readonly TaskOutcome[];
  /**
   * Tasks that name a batch of the decided ones but were not among the views: they came after people looked. Nothing was decided about
   * them.
   */
  readonly newcomers: readonly TaskView[];
  /** Why the list could not be looked at again, so that newcomers are unknown. */
  readonly newcomersUnknown?: SignError;
}

/** Refuses a list of views that is none. @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkViews(views: readonly TaskView[]): void {
  if (!Array.isArray(views) || views.length === 0) invalidArgument('decide needs the tasks that were shown');
  if (new Set(views.map(({ id }) => id)).size !== views.length) invalidArgument('decide was given a task twice');
}

/** Whatever ends one decision must not lose what is known of the others. */
function interrupted(cause: unknown): SignError {
  return new SignError('ERR_OUTCOME_UNKNOWN', 'the decision was interrupted; whether the TSB counted it is not known', { cause });
}

/** One after the other, so that nothing is lost when the work ends early: every task has an outcome. */
export async function decideEach(
  views: readonly TaskView[],
  outcome: 'approved' | 'rejected',
  send: (view: TaskView) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<TaskOutcome[]> {
  const outcomes: TaskOutcome[] = [];
  for (const view of views) {
    if (signal?.aborted) {
      outcomes.push({ view, outcome: 'skipped' });
      continue;
    }
    try {
      await send(view);
      outcomes.push({ view, outcome });
    } catch (error) {
      outcomes.push({ view, outcome: 'failed', error: SignError.is(error) ? error : interrupted(error) });
    }
  }
  return outcomes;
}

/** Tasks that came into a batch after it was shown. */
export function newcomersOf(decided: readonly TaskView[], now: readonly TaskView[]): TaskView[] {
  const ids = new Set(decided.map(({ id }) => id));
  const named = new Set(decided.flatMap(({ batch }) => batch?.id ?? []));
  return now.filter(({ id, batch }) => !ids.has(id) && batch !== undefined && named.has(batch.id));
}
