import { nothing } from '../store/fields.js';
import type { Executor } from './executor.js';

/** Refuses every use of the key from now on. */
export const blockExecutor: Executor<'block'> = {
  rule: 'ruleBlock',
  challenge: 'block',
  payload: 'use',
  tasks: 'block',
  shownAs: 'signedBlockKeyRequest',
  attribute: undefined,
  needsPolicy: true,
  input: nothing,
  run: ({ partition, key }) => ({ result: null, apply: () => partition.keys.update(key, { blocked: true }) }),
};

/** Allows it again. */
export const unblockExecutor: Executor<'unblock'> = {
  ...blockExecutor,
  rule: 'ruleUnblock',
  challenge: 'unblock',
  tasks: 'unblock',
  shownAs: 'signedUnblockKeyRequest',
  run: ({ partition, key }) => ({ result: null, apply: () => partition.keys.update(key, { blocked: false }) }),
};
