import type { ApprovalChallenge } from '../api/approval-frame.js';
import type { ApprovalTask } from '../api/tasks.js';

/** What a decision would allow. `unknown`: the task does not say it in a form that this version reads. */
export type TaskOperation = 'sign' | 'decrypt' | 'unwrap' | 'certificate' | 'block' | 'unblock' | 'modify' | 'unknown';

/** What is asked of the key that signs a certificate: a request for one, one for itself, or one for somebody else. */
export type CertificateKind = 'request' | 'self-signed' | 'issued';

/** One kind of original request (`tsb-rest-api.md` §2.5, §5.3). */
export interface RequestKind {
  /** Name of the inner object in the body. */
  readonly wrapper: string;
  /** Member of a task that holds the parsed copy. */
  readonly copy: keyof ApprovalTask;
  readonly operation: Exclude<TaskOperation, 'unknown'>;
  /** Member of the inner object that names the key. */
  readonly key: string;
  /** Member that holds the base64 of the challenge's payload. */
  readonly payload?: string;
  readonly certificate?: CertificateKind;
}

/** Every kind of request that people decide on. */
export const requestKinds: readonly RequestKind[] = [
  { wrapper: 'signRequest', copy: 'signedSignRequest', operation: 'sign', key: 'signKeyName', payload: 'payload' },
  { wrapper: 'modifyRequest', copy: 'signedModifyKeyRequest', operation: 'modify', key: 'modifyKeyName' },
  { wrapper: 'blockRequest', copy: 'signedBlockKeyRequest', operation: 'block', key: 'blockKeyName' },
  { wrapper: 'unblockRequest', copy: 'signedUnblockKeyRequest', operation: 'unblock', key: 'unblockKeyName' },
  {
    wrapper: 'decryptRequest',
    copy: 'signedDecryptRequest',
    operation: 'decrypt',
    key: 'decryptKeyName',
    payload: 'encryptedPayload',
  },
  {
    wrapper: 'unwrapKeyRequest',
    copy: 'signedUnwrapKeyRequest',
    operation: 'unwrap',
    key: 'unwrapKeyName',
    payload: 'wrappedKey',
  },
  {
    wrapper: 'csrSignRequest',
    copy: 'signedCertificateRequestRequest',
    operation: 'certificate',
    key: 'signKeyName',
    certificate: 'request',
  },
  {
    wrapper: 'signCertificateRequest',
    copy: 'signedSignCertificateRequest',
    operation: 'certificate',
    key: 'signKeyName',
    certificate: 'issued',
  },
  {
    wrapper: 'selfSignCertificateRequest',
    copy: 'signedSelfSignCertificateRequestDto',
    operation: 'certificate',
    key: 'signKeyName',
    certificate: 'self-signed',
  },
];

/** What the challenge says of an operation: uses of a key are all alike to it (§5.4). */
export function challengeOperation(operation: RequestKind['operation']): ApprovalChallenge['operation'] {
  return operation === 'block' || operation === 'unblock' || operation === 'modify' ? operation : 'use';
}
