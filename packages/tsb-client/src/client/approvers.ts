import { type CallOptions, invalidArgument } from '@securosys/core';
import { toCharArray } from '../api/char-array.js';
import { endpoints } from '../api/endpoints.js';
import type { CallEndpoint } from './calls.js';
import { certificatesOf } from './certificate-text.js';
import { checkCallOptions } from './options.js';
import { checkRequest } from './wire-values.js';

/** An approver to be made, whose RSA key the HSM generates. */
export interface NewTsbApprover {
  readonly approverName: string;
  /** Bits. */
  readonly keySize?: number;
  /** What the approver's PKCS#12 file will be under: the approver chooses it, and needs it to onboard. */
  readonly backupPassword: string;
  /** Days that the approver's certificate is valid. */
  readonly validity: number;
}

/** Who is onboarded, and who is not yet. */
export interface TsbOnboardingStatus {
  readonly onboarded: readonly { readonly approverName: string /** DER. */; readonly certificate?: Uint8Array }[];
  /** Names. */
  readonly pending: readonly string[];
}

/**
 * `client.approvers` (role approverKeyManagement, `tsb-rest-api.md` §5.7): approvers whose keys the HSM makes. One-time codes are
 * secrets; whoever has one becomes the approver.
 */
export interface TsbApprovers {
  /** Makes an approver, and returns the code for onboarding. @throws SignError `ERR_CONFLICT` (the name), `ERR_OUTCOME_UNKNOWN` */
  create(approver: NewTsbApprover, options?: CallOptions): Promise<string>;
  /** A new code in place of the last one. @throws SignError `ERR_NOT_FOUND`, `ERR_OUTCOME_UNKNOWN` */
  renewOneTimeCode(approverName: string, options?: CallOptions): Promise<string>;
  status(options?: CallOptions): Promise<TsbOnboardingStatus>;
  /** A code to onboard the approver once more, with the key and backup password of before. @throws SignError `ERR_NOT_FOUND` */
  restore(approverName: string, options?: CallOptions): Promise<string>;
  /**
   * Gives an approver's backup another password, by a request on which people may have to decide; returns its id. Its `result` is
   * the one-time code.
   * @throws SignError `ERR_NOT_FOUND`, `ERR_OUTCOME_UNKNOWN`
   */
  forgotPassword(
    request: { readonly approverName: string; readonly newBackupPassword: string },
    options?: CallOptions,
  ): Promise<string>;
  /** @throws SignError `ERR_NOT_FOUND`, `ERR_OUTCOME_UNKNOWN` */
  delete(approverName: string, options?: CallOptions): Promise<void>;
}

/** A password or code that has to be there. @throws SignError `ERR_INVALID_ARGUMENT` */
export function requiredChars(name: string, secret: string): readonly string[] {
  if (typeof secret !== 'string' || secret === '') invalidArgument(`${name} must be text that is not empty`);
  return toCharArray(secret) ?? [];
}

async function statusCall(call: CallEndpoint, options: CallOptions): Promise<TsbOnboardingStatus> {
  checkCallOptions('approvers.status', options);
  const { onboarded, pending } = await call(endpoints.onboardingStatus, undefined, options);
  return {
    onboarded: (onboarded ?? []).map(({ approverName, approverCertificate }) => {
      const [certificate] = certificatesOf({ certificate: approverCertificate });
      return { approverName, ...(certificate && { certificate }) };
    }),
    pending: (pending ?? []).map(({ approverName }) => approverName),
  };
}

export function approverCalls(call: CallEndpoint): TsbApprovers {
  return {
    create: async (approver, options = {}) => {
      checkCallOptions('approvers.create', options);
      checkRequest('approvers.create', approver, ['approverName', 'keySize', 'backupPassword', 'validity']);
      const { approverName, keySize, validity } = approver;
      const backupPassword = requiredChars('backupPassword', approver.backupPassword);
      const body = { approverName, algorithm: 'RSA', keySize, backupPassword, validity } as const;
      return (await call(endpoints.createApprover, body, options)).oneTimeCode;
    },
    renewOneTimeCode: async (approverName, options = {}) => {
      checkCallOptions('approvers.renewOneTimeCode', options);
      return (await call(endpoints.renewOneTimeCode, { approverName }, options)).oneTimeCode;
    },
    status: (options = {}) => statusCall(call, options),
    restore: async (approverName, options = {}) => {
      checkCallOptions('approvers.restore', options);
      return (await call(endpoints.restoreApprover, { approverName }, options)).oneTimeCode;
    },
    forgotPassword: async (request, options = {}) => {
      checkCallOptions('approvers.forgotPassword', options);
      checkRequest('approvers.forgotPassword', request, ['approverName', 'newBackupPassword']);
      const { approverName } = request;
      const body = { approverName, newBackupPassword: requiredChars('newBackupPassword', request.newBackupPassword) };
      return (await call(endpoints.forgotBackupPassword, body, options)).unwrapRequestId;
    },
    delete: async (approverName, options = {}) => {
      checkCallOptions('approvers.delete', options);
      await call(endpoints.deleteApprover, undefined, { ...options, path: { approverName } });
    },
  };
}
