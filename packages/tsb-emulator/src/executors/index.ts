import type { OperationKind } from '../requests/operation-kind.js';
import { blockExecutor, unblockExecutor } from './block.js';
import { csrExecutor, selfSignExecutor, signCertificateExecutor } from './certify.js';
import { decryptExecutor } from './decrypt.js';
import type { Executor } from './executor.js';
import { modifyExecutor } from './modify.js';
import { resetApproverExecutor } from './reset-approver.js';
import { signExecutor } from './sign.js';
import { unwrapExecutor } from './unwrap.js';

/** Everything that can wait for approvals: a kind without an executor does not compile. */
export const executors: { readonly [K in OperationKind]: Executor<K> } = {
  sign: signExecutor,
  decrypt: decryptExecutor,
  unwrap: unwrapExecutor,
  csr: csrExecutor,
  selfSign: selfSignExecutor,
  signCertificate: signCertificateExecutor,
  resetApprover: resetApproverExecutor,
  block: blockExecutor,
  unblock: unblockExecutor,
  modify: modifyExecutor,
};
