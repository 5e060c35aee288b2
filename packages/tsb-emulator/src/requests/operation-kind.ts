import type { CertifyInput, CsrInput, SignCertificateInput } from '../executors/certify.js';
import type { DecryptInput } from '../executors/decrypt.js';
import type { ResetApproverInput } from '../executors/reset-approver.js';
import type { SignInput } from '../executors/sign.js';
import type { UnwrapInput } from '../executors/unwrap.js';
import type { Rules } from '../policy/model.js';

/** What each kind of operation needs besides its key: data, so that a request outlives the process. */
export interface OperationInputs {
  readonly sign: SignInput;
  readonly decrypt: DecryptInput;
  readonly unwrap: UnwrapInput;
  readonly csr: CsrInput;
  readonly selfSign: CertifyInput;
  readonly signCertificate: SignCertificateInput;
  readonly resetApprover: ResetApproverInput;
  readonly block: null;
  readonly unblock: null;
  readonly modify: { readonly rules: Rules };
}

/** What is decided on. */
export type OperationKind = keyof OperationInputs;

/** What an approver can ask for. */
export type TaskKind = 'sign' | 'decrypt' | 'unwrap' | 'block' | 'unblock' | 'modify' | 'all';
