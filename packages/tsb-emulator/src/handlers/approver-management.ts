import { base64Text, utf8Bytes } from '@securosys/core';
import { pemText } from '@securosys/pki';
import { type ForgotPassword, fromCharArray } from '@securosys/tsb-client/api';
import { demandBackupKey } from '../approver-management/backup-key.js';
import { makeApprover } from '../approver-management/make-approver.js';
import { onboard } from '../approver-management/onboard.js';
import { failure } from '../failure.js';
import { backupKeyName, errorOfUnknownApprover } from '../inferred.js';
import { hsmSeconds } from '../partition.js';
import type { Call, Handlers } from './call.js';
import { type Operation, submit } from './operate.js';

const resetting = ({ body, partition }: Call<ForgotPassword>): Operation<'resetApprover'> => ({
  kind: 'resetApprover',
  keyName: backupKeyName,
  prepare() {
    const { name, certificate } = partition.approvers.get(body.approverName);
    const newBackupPassword = fromCharArray(body.newBackupPassword) ?? '';
    return { payload: certificate, input: { name, newBackupPassword } };
  },
});

/** What approvers of a reset are shown: an unwrapping, which it is, without the new password. */
function shownReset({ partition, body }: Call<ForgotPassword>): Uint8Array {
  const { name, certificate } = partition.approvers.get(body.approverName);
  const unwrapKeyRequest = {
    wrappedKey: base64Text(certificate),
    label: name,
    attributes: { decrypt: false, sign: true, unwrap: false },
    unwrapKeyName: backupKeyName,
    wrapMethod: 'AES_WRAP_PAD_RSA',
  };
  return utf8Bytes(JSON.stringify({ unwrapKeyRequest }));
}

type Names =
  | 'onboardApprover'
  | 'createApprover'
  | 'renewOneTimeCode'
  | 'onboardingStatus'
  | 'restoreApprover'
  | 'forgotBackupPassword'
  | 'deleteApprover';

export const approverManagementHandlers: Pick<Handlers, Names> = {
  /** Without a token, so the approver may be in any partition (§1.2). */
  onboardApprover({ partitions, body }) {
    const code = fromCharArray(body.oneTimeCode) ?? '';
    const named = partitions.flatMap(({ approvers }) => {
      const approver = approvers.find(body.approverName);
      return approver ? [{ approvers, approver }] : [];
    });
    const [found] = [...named.filter(({ approver }) => approver.oneTimeCode === code), ...named];
    if (!found) throw failure(errorOfUnknownApprover, 'there is no approver of that name');
    return onboard(found.approvers, found.approver, code, fromCharArray(body.transportPassword) ?? '');
  },

  async createApprover({ partition, body }) {
    const { approverName: name, keySize, validity: days } = body;
    if (name.trim() === '') throw failure(633, 'an approver needs a name');
    partition.approvers.refuseTaken(name);
    const backupPassword = fromCharArray(body.backupPassword) ?? '';
    const approver = await makeApprover({ name, keySize, backupPassword, days }, hsmSeconds(partition));
    await demandBackupKey(partition);
    partition.approvers.add(approver);
    return { oneTimeCode: approver.oneTimeCode ?? '' };
  },

  renewOneTimeCode({ partition: { approvers }, body }) {
    return { oneTimeCode: approvers.renewCode(approvers.get(body.approverName)) };
  },

  onboardingStatus({ partition: { approvers } }) {
    const [onboarded, pending] = [true, false].map((wanted) => approvers.all().filter((one) => one.onboarded === wanted));
    return {
      onboarded: (onboarded ?? []).map(({ name, certificate }) => ({
        approverName: name,
        approverCertificate: pemText(certificate, 'CERTIFICATE'),
      })),
      pending: (pending ?? []).map(({ name }) => ({ approverName: name })),
    };
  },

  restoreApprover({ partition: { approvers }, body }) {
    const approver = approvers.get(body.approverName);
    if (!approver.onboarded) throw failure(414, 'the approver is not onboarded yet');
    return { oneTimeCode: approvers.renewCode(approver) };
  },

  async forgotBackupPassword(call) {
    return { unwrapRequestId: await submit({ ...call, rawBody: shownReset(call) }, resetting(call), {}) };
  },

  deleteApprover({ partition: { approvers }, params }) {
    approvers.delete(approvers.get(params.approverName ?? ''));
    return undefined;
  },
};
