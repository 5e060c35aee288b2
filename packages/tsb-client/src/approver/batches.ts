import { batchSha256 } from '../metadata/batch.js';
import type { TaskRisk } from './risks.js';
import type { TaskView } from './view.js';

/** Tasks of one batch, and how they differ from what it was made of. */
export interface Batch {
  readonly id: string;
  /** As listed. */
  readonly tasks: readonly TaskView[];
  /** Members that are no task of this approver: decided, for other people, or not asked for; `undefined` when no task lists the members. */
  readonly missing: readonly string[] | undefined;
  /** Tasks that it was not made of. */
  readonly extra: readonly TaskView[];
  /** Whether the tasks are not those that it was made of, as far as that can be told. */
  readonly differs: boolean;
}

/** What a batch calls a task: the SHA-256 of the message, or of whatever else the payload is. */
const memberOf = ({ messageSha256, payloadSha256 }: TaskView): string => messageSha256 ?? payloadSha256 ?? '0'.repeat(64);

/** Takes each task out of the members once; a payload that is twice in the batch may be asked for twice. */
function compared(tasks: readonly TaskView[], members: readonly string[]): Pick<Batch, 'extra'> & { missing: readonly string[] } {
  const left = new Map<string, number>();
  for (const member of members) left.set(member, (left.get(member) ?? 0) + 1);
  const extra = tasks.filter((task) => {
    const member = memberOf(task);
    const count = left.get(member) ?? 0;
    left.set(member, count - 1);
    return count <= 0;
  });
  return { extra, missing: [...left].flatMap(([member, count]) => Array<string>(Math.max(0, count)).fill(member)) };
}

function batchOf(id: string, tasks: readonly TaskView[]): Batch {
  const [hash, ...others] = new Set(tasks.map(({ batch }) => batch?.sha256));
  const members = tasks.find(({ batch }) => batch?.members)?.batch?.members;
  // Tasks that speak of two batches under one name are none that one decision should cover.
  if (hash === undefined || others.length > 0) return { id, tasks, missing: undefined, extra: [], differs: true };
  if (!members) return { id, tasks, missing: undefined, extra: [], differs: batchSha256(tasks.map(memberOf)) !== hash };
  const { missing, extra } = compared(tasks, members);
  return { id, tasks, missing, extra, differs: extra.length > 0 };
}

/**
 * The batches among the tasks. What a stranger calls by the same id is another batch than that of a known application. A task that its application
 * signed stays in its batch whatever else is wrong with it, so that a contradiction in one member is one in the whole.
 */
export function batchesOf(views: readonly TaskView[]): Batch[] {
  const groups = new Map<string, { readonly id: string; readonly tasks: TaskView[] }>();
  for (const view of views) {
    if (!view.batch) continue;
    const name = JSON.stringify([view.batch.id, view.requester === 'unverified' ? null : view.requester.name]);
    const group = groups.get(name) ?? { id: view.batch.id, tasks: [] };
    group.tasks.push(view);
    groups.set(name, group);
  }
  return [...groups.values()].map(({ id, tasks }) => batchOf(id, tasks));
}

/** What a batch makes its tasks risk. */
export function batchRisks({ differs, missing = [] }: Batch): TaskRisk[] {
  if (differs) return ['batch-differs'];
  return missing.length > 0 ? ['batch-incomplete'] : [];
}
