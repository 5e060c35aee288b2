import { approveTask, rejectTask } from '../approvals/decide.js';
import { filterTasks } from '../approvals/tasks.js';
import type { Partition } from '../partition.js';
import type { Handlers } from './call.js';

type Names =
  | 'signTasks'
  | 'decryptTasks'
  | 'unwrapTasks'
  | 'blockTasks'
  | 'unblockTasks'
  | 'modifyTasks'
  | 'allTasks'
  | 'approval'
  | 'rejectTask';

/** The partition that asks with this task; the first one, which then refuses it, when there is none. */
function partitionOf(partitions: readonly Partition[], taskId: string): Partition {
  return partitions.find(({ requests }) => requests.hasTask(taskId)) ?? (partitions[0] as Partition);
}

export const approvalHandlers: Pick<Handlers, Names> = {
  signTasks: (call) => filterTasks(call, 'sign'),
  decryptTasks: (call) => filterTasks(call, 'decrypt'),
  unwrapTasks: (call) => filterTasks(call, 'unwrap'),
  blockTasks: (call) => filterTasks(call, 'block'),
  unblockTasks: (call) => filterTasks(call, 'unblock'),
  modifyTasks: (call) => filterTasks(call, 'modify'),
  allTasks: (call) => filterTasks(call, 'all'),

  async approval({ partitions, body }) {
    await approveTask(partitionOf(partitions, body.id), body);
    return undefined;
  },

  async rejectTask({ partitions, body }) {
    await rejectTask(partitionOf(partitions, body.id), body);
    return undefined;
  },
};
