import type { TaskFilter, TaskList } from '@securosys/tsb-client/api';
import { executors } from '../executors/index.js';
import type { Call } from '../handlers/call.js';
import type { Partition } from '../partition.js';
import { settle } from '../requests/lifecycle.js';
import type { TaskKind } from '../requests/operation-kind.js';
import { hasEnded, type RequestRecord, type TaskRecord } from '../requests/request-record.js';
import { approverOfLogin } from './login.js';
import { taskView } from './task-view.js';

type Open = readonly [Partition, RequestRecord, TaskRecord];

function openTasks(partition: Partition, spki: string, kind: TaskKind): Open[] {
  return partition.requests
    .all()
    .filter((request) => kind === 'all' || executors[request.kind].tasks === kind)
    .filter((request) => settle(partition, request) !== 'ended' && !hasEnded(request))
    .flatMap((request) => request.tasks.map((task) => [partition, request, task] as const))
    .filter(([, , task]) => task.state === 'open' && task.approver.spki === spki);
}

/** The approver's own open tasks of a kind, of every partition (`tsb-rest-api.md` §5.2, §5.3); an approver sees nobody else's. */
export function filterTasks({ partition, partitions, body: filter }: Call<TaskFilter>, kind: TaskKind): TaskList {
  const approver = approverOfLogin(filter, partition.clock.now(), partition.loginWindow);
  const { id, requestId, detailLevel = 'level1', paging } = filter;
  const found = partitions
    .flatMap((one) => openTasks(one, approver.spki, kind))
    .filter(([, request, task]) => (id !== undefined ? task.id === id : requestId === undefined || request.id === requestId));
  if (paging?.sortOrder.endsWith('_DESC')) found.reverse();
  const page = paging ? found.slice(paging.pageNumber * paging.pageSize, (paging.pageNumber + 1) * paging.pageSize) : found;
  return { tasks: page.map(([one, request, task]) => taskView(one, request, task, detailLevel)) };
}
