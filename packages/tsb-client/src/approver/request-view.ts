import type { Claims } from '@securosys/core';
import { batchesOf } from './batches.js';
import { type RequestProgress, requestProgress } from './request-progress.js';
import { risksToAccept, type TaskRisk } from './risks.js';
import type { TaskWindow } from './task-window.js';
import type { TaskView } from './view.js';

/**
 * What people decide on at once: the tasks that one requester calls a batch, or a task of its own. A decision covers exactly `tasks`, each with
 * an approval of its own (S10). As in {@link TaskView}: all text is sanitised, digests are whole.
 */
export interface RequestView {
  /** What the requester calls the batch, or the id of the only task. Strangers may use the id of somebody else: then there are two of it. */
  readonly id: string;
  /** Whether the requester says that these tasks belong together. */
  readonly isBatch: boolean;
  readonly tasks: readonly TaskView[];
  /**
   * SHA-256 of the messages that belong to the batch and are no task here: decided already, for other people to decide, or not asked for
   * (yet). Absent where the descriptions do not list the members.
   */
  readonly missing?: readonly string[];
  /** Ids of tasks that the batch was not made of. */
  readonly extra: readonly string[];
  /** Who signed all of the requests, by a pinned key. */
  readonly requester: TaskView['requester'];
  /** Whether the claims of all tasks are verified; see {@link TaskView}. */
  readonly claimsVerified: boolean;
  /** What the requester says alike of all tasks; the rest is in each of them. */
  readonly claims: Claims;
  /** All contradictions, with the task's id. With one of these nothing of the request can be approved. */
  readonly mismatches: readonly { readonly task: string; readonly text: string }[];
  /** Of all tasks. */
  readonly risks: readonly TaskRisk[];
  /** Those of `risks` that need a second look (S44), for `acceptRisks`. */
  readonly risksToAccept: readonly TaskRisk[];
  /** When approvals of all tasks count: from the last opening to the first closing. */
  readonly window?: TaskWindow;
  /** Who has decided on how many of the tasks, as the TSB says. */
  readonly progress?: RequestProgress;
}

/** Statements that are the same in all of the maps. */
function common(maps: readonly Claims[]): Claims {
  const [first = {}, ...others] = maps;
  return Object.fromEntries(
    Object.entries(first).filter(([name, text]) => others.every((map) => Object.hasOwn(map, name) && map[name] === text)),
  );
}

/** RFC 3339 in UTC and in whole seconds, so that texts sort as times. */
function windowOf(tasks: readonly TaskView[]): TaskWindow | undefined {
  const windows = tasks.flatMap(({ window }) => window ?? []);
  if (windows.length === 0) return undefined;
  const opensAt = windows
    .flatMap((window) => window.opensAt ?? [])
    .toSorted()
    .at(-1);
  const [closesAt] = windows.flatMap((window) => window.closesAt ?? []).toSorted();
  return { ...(opensAt !== undefined && { opensAt }), ...(closesAt !== undefined && { closesAt }) };
}

type Grouped = Pick<RequestView, 'id' | 'isBatch' | 'tasks' | 'missing' | 'extra'>;

function requestOf(grouped: Grouped): RequestView {
  const { tasks } = grouped;
  const [first, ...others] = tasks;
  const known = first?.requester ?? 'unverified';
  const nameOf = ({ requester }: TaskView) => (requester === 'unverified' ? undefined : requester.name);
  const oneRequester = first !== undefined && others.every((task) => nameOf(task) === nameOf(first));
  const window = windowOf(tasks);
  const progress = requestProgress(tasks);
  return Object.freeze({
    ...grouped,
    tasks: Object.freeze([...tasks]),
    requester: oneRequester ? known : 'unverified',
    claimsVerified: tasks.every(({ claimsVerified }) => claimsVerified),
    claims: common(tasks.map(({ claims }) => claims)),
    mismatches: tasks.flatMap(({ id: task, mismatches }) => mismatches.map((text) => ({ task, text }))),
    risks: [...new Set(tasks.flatMap(({ risks }) => risks))],
    risksToAccept: [...new Set(tasks.flatMap(risksToAccept))],
    ...(window && { window }),
    ...(progress && { progress }),
  });
}

/** All requests among the tasks, in the order of their first task. */
export function requestViews(tasks: readonly TaskView[]): RequestView[] {
  const batches = new Map(batchesOf(tasks).map((batch) => [batch.tasks[0], batch]));
  return tasks.flatMap((task) => {
    const { id } = task;
    if (!task.batch) return [requestOf({ id, isBatch: false, tasks: [task], extra: [] })];
    const batch = batches.get(task);
    if (!batch) return [];
    const { missing } = batch;
    const extra = batch.extra.map((one) => one.id);
    return [requestOf({ id: batch.id, isBatch: true, tasks: batch.tasks, ...(missing && { missing }), extra })];
  });
}
