import { approveTask, rejectTask } from '../approvals/decide.js';
import { filterTasks } from '../approvals/tasks.js';
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

export const approvalHandlers: Pick<Handlers, Names> = {
  signTasks: ({ partition, body }) => filterTasks(partition, body, 'sign'),
  decryptTasks: ({ partition, body }) => filterTasks(partition, body, 'decrypt'),
  unwrapTasks: ({ partition, body }) => filterTasks(partition, body, 'unwrap'),
  blockTasks: ({ partition, body }) => filterTasks(partition, body, 'block'),
  unblockTasks: ({ partition, body }) => filterTasks(partition, body, 'unblock'),
  modifyTasks: ({ partition, body }) => filterTasks(partition, body, 'modify'),
  allTasks: ({ partition, body }) => filterTasks(partition, body, 'all'),

  async approval({ partition, body }) {
    await approveTask(partition, body);
    return undefined;
  },

  async rejectTask({ partition, body }) {
    await rejectTask(partition, body);
    return undefined;
  },
};
