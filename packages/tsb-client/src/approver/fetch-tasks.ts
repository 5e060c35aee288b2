import { type CallOptions, invalidArgument, knownOptions, SignError } from '@securosys/core';
import { endpoints } from '../api/endpoints.js';
import { type ApprovalTask, type ApproverLogin, type DetailLevel, detailLevels, type TaskFilter } from '../api/tasks.js';
import type { TsbClient } from '../client/client.js';
import { checkCallOptions } from '../client/options.js';
import type { TaskOperation } from './operations.js';

/** Which tasks to look at, and how closely. */
export interface TaskQuery extends CallOptions {
  /** Default `level5`, the least that can be approved; `level6` adds who has decided so far. */
  readonly detailLevel?: DetailLevel;
  /** Only tasks of this kind. Certificates need level 3, because the API lists them among others. */
  readonly operation?: Exclude<TaskOperation, 'unknown'>;
  /** Only the task of this request. Not together with `id`. */
  readonly requestId?: string;
  /** Only this task. */
  readonly id?: string;
}

/** How closely to look at requests. There is no other choice: a part of a batch is no request. */
export interface RequestQuery extends CallOptions {
  /** Default `level6`. */
  readonly detailLevel?: DetailLevel;
}

const lists = {
  sign: endpoints.signTasks,
  decrypt: endpoints.decryptTasks,
  unwrap: endpoints.unwrapTasks,
  block: endpoints.blockTasks,
  unblock: endpoints.unblockTasks,
  modify: endpoints.modifyTasks,
  // Where certificates are listed is not documented, but for the list of all tasks.
  certificate: endpoints.allTasks,
} as const satisfies Record<NonNullable<TaskQuery['operation']>, unknown>;

const pageSizes = [20, 1] as const;
const mostTasks = 2_000;

/** A query, checked. */
export interface ReadQuery {
  readonly detailLevel: DetailLevel;
  readonly operation: TaskQuery['operation'];
  readonly only: Pick<TaskFilter, 'id' | 'requestId'>;
  readonly call: CallOptions;
}

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function readQuery(query: TaskQuery): ReadQuery {
  knownOptions('tasks', query, ['signal', 'timeoutMs', 'logger', 'detailLevel', 'operation', 'requestId', 'id']);
  const { detailLevel = 'level5', operation, requestId, id, ...call } = query;
  checkCallOptions('tasks', call);
  if (!detailLevels.includes(detailLevel)) invalidArgument(`detailLevel must be one of ${detailLevels.join(', ')}`);
  if (operation !== undefined && !Object.hasOwn(lists, operation))
    invalidArgument(`operation must be one of ${Object.keys(lists).join(', ')}`);
  if (operation === 'certificate' && detailLevel < 'level3') invalidArgument('tasks of certificates need level3');
  if (id !== undefined && requestId !== undefined) invalidArgument('give id or requestId');
  return {
    detailLevel,
    operation,
    only: { ...(id !== undefined && { id }), ...(requestId !== undefined && { requestId }) },
    call,
  };
}

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function readRequestQuery(query: RequestQuery): TaskQuery {
  knownOptions('requests', query, ['signal', 'timeoutMs', 'logger', 'detailLevel']);
  const { detailLevel = 'level6', ...call } = query;
  return { ...call, detailLevel };
}

/**
 * All tasks of a query, page by page. Pages that are too large for the client, because of long messages beside their digests, are
 * fetched task by task.
 * @throws SignError `ERR_LIMIT` over 2,000 tasks, and as the client does
 */
export async function fetchTasks(
  client: TsbClient,
  query: ReadQuery,
  login: () => Promise<ApproverLogin>,
): Promise<ApprovalTask[]> {
  const { detailLevel, operation, only, call } = query;
  const endpoint = operation === undefined ? endpoints.allTasks : lists[operation];
  const found = new Map<string, ApprovalTask>();
  const page = async (at: number, size: number): Promise<readonly ApprovalTask[]> => {
    const paging = { pageNumber: at / size, pageSize: size, sortOrder: 'CREATION_DATE_ASC' as const };
    return (await client.call(endpoint, { ...(await login()), detailLevel, ...only, paging }, call)).tasks;
  };
  let size: number = pageSizes[0];
  for (let at = 0; ; at += size) {
    const tasks = await page(at, size).catch((error: unknown) => {
      if (!SignError.is(error, 'ERR_LIMIT') || size === pageSizes[1]) throw error;
      size = pageSizes[1];
      return page(at, size);
    });
    const before = found.size;
    for (const task of tasks) found.set(task.id, task);
    if (found.size > mostTasks) throw new SignError('ERR_LIMIT', `over ${mostTasks} open tasks`);
    if (tasks.length < size || found.size === before) return [...found.values()];
  }
}
