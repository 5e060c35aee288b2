import { newOneTimeCode } from '../approver-management/approver-store.js';
import { approverFile } from '../approver-management/make-approver.js';
import { characters, struct, text } from '../store/fields.js';
import type { Executor } from './executor.js';

export interface ResetApproverInput {
  readonly name: string;
  readonly newBackupPassword: string;
}

/** Opens an approver's backup with the backup key and puts it under another password; the result is a code to fetch it with (§5.7). */
export const resetApproverExecutor: Executor<'resetApprover'> = {
  rule: 'ruleUse',
  challenge: 'use',
  payload: 'use',
  tasks: 'unwrap',
  shownAs: 'signedUnwrapKeyRequest',
  attribute: 'unwrap',
  needsPolicy: false,
  input: struct({ name: text, newBackupPassword: characters }),
  run({ partition: { approvers }, input }) {
    const approver = approvers.get(input.name);
    const file = approverFile(approver, input.newBackupPassword);
    const oneTimeCode = newOneTimeCode();
    return { result: oneTimeCode, apply: () => approvers.update(approvers.get(input.name), { file, oneTimeCode }) };
  },
};
