import type { TaskApprover } from './progress.js';
import type { TaskView } from './view.js';

/** Somebody, and on how many of the tasks. */
export interface RequestApprover extends TaskApprover {
  readonly tasks: number;
}

/** How far all tasks of a request are. All of it is the TSB's word. */
export interface RequestProgress {
  readonly approvedBy: readonly RequestApprover[];
  readonly notYetApprovedBy: readonly RequestApprover[];
  readonly rejectedBy: readonly RequestApprover[];
}

/** People by their keys: one name may stand for two of them. */
function counted(lists: readonly (readonly TaskApprover[])[]): RequestApprover[] {
  const people = new Map<string, RequestApprover>();
  for (const person of lists.flat()) {
    const key = JSON.stringify([person.keySha256, person.name]);
    people.set(key, { ...person, tasks: (people.get(key)?.tasks ?? 0) + 1 });
  }
  return [...people.values()];
}

/** `undefined` when no task says it. */
export function requestProgress(tasks: readonly TaskView[]): RequestProgress | undefined {
  const known = tasks.flatMap(({ progress }) => progress ?? []);
  if (known.length === 0) return undefined;
  return {
    approvedBy: counted(known.map(({ approvedBy }) => approvedBy)),
    notYetApprovedBy: counted(known.map(({ notYetApprovedBy }) => notYetApprovedBy)),
    rejectedBy: counted(known.map(({ rejectedBy }) => rejectedBy)),
  };
}
