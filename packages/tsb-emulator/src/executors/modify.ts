import { storedRules } from '../policy/stored-rules.js';
import { struct } from '../store/fields.js';
import type { Executor } from './executor.js';

/** Replaces all four rules; attributes and key status stay (§4.3). */
export const modifyExecutor: Executor<'modify'> = {
  rule: 'ruleModify',
  challenge: 'modify',
  payload: 'modify',
  tasks: 'modify',
  shownAs: 'signedModifyKeyRequest',
  attribute: undefined,
  needsPolicy: true,
  input: struct({ rules: storedRules }),
  run: ({ partition, key, input }) => ({ result: null, apply: () => partition.keys.update(key, { rules: input.rules }) }),
};
