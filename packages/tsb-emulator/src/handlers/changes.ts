import { base64Bytes } from '@securosys/core';
import { type ApprovalKey, encodePolicyFrame, type ModifyKey } from '@securosys/tsb-client/api';
import { readApproverCertificate } from '../approvals/approver.js';
import { readRules } from '../policy/read-policy.js';
import { wireRules } from '../policy/wire-policy.js';
import type { Call, Handlers } from './call.js';
import { type Operation, runNow, submit } from './operate.js';

/** A certificate stands for its key in the frame, because the frame's code for certificates is not known (§5.4). */
const keyInFrame: ApprovalKey = ({ type, name = '', value = '' }) => {
  if (type !== 'certificate') return { name, spki: base64Bytes(value, 'approver public key') };
  const certificate = readApproverCertificate(value);
  return { name: certificate.name, spki: base64Bytes(certificate.spki) };
};

const changing = <K extends 'block' | 'unblock'>(
  kind: K,
  keyName: string,
  keyPassword: readonly string[] | undefined,
): Operation<K> => ({ kind, keyName, keyPassword, prepare: () => ({ input: null }) });

type Password = { readonly keyPassword?: readonly string[] | undefined };
const blocking = ({ blockKeyName, keyPassword }: Password & { readonly blockKeyName: string }) =>
  changing('block', blockKeyName, keyPassword);
const unblocking = ({ unblockKeyName, keyPassword }: Password & { readonly unblockKeyName: string }) =>
  changing('unblock', unblockKeyName, keyPassword);

const modifying = ({ partition }: Pick<Call, 'partition'>, request: ModifyKey['modifyRequest']): Operation<'modify'> => ({
  kind: 'modify',
  keyName: request.modifyKeyName,
  keyPassword: request.keyPassword,
  prepare() {
    const rules = readRules(request.policy, partition.approvers);
    return { input: { rules }, payload: encodePolicyFrame(wireRules(rules), keyInFrame) };
  },
});

type Names = 'block' | 'unblock' | 'modify' | 'synchronousBlock' | 'synchronousUnblock' | 'synchronousModify';

export const changeHandlers: Pick<Handlers, Names> = {
  async synchronousBlock(call) {
    const { blockRequest } = call.body;
    await runNow(call, blocking(blockRequest), blockRequest.signedApprovals);
    return undefined;
  },

  async block(call) {
    const { blockRequest } = call.body;
    return { blockKeyRequestId: await submit(call, blocking(blockRequest), blockRequest) };
  },

  async synchronousUnblock(call) {
    const { unblockRequest } = call.body;
    await runNow(call, unblocking(unblockRequest), unblockRequest.signedApprovals);
    return undefined;
  },

  async unblock(call) {
    const { unblockRequest } = call.body;
    return { unblockKeyRequestId: await submit(call, unblocking(unblockRequest), unblockRequest) };
  },

  async synchronousModify(call) {
    const { modifyRequest } = call.body;
    await runNow(call, modifying(call, modifyRequest), modifyRequest.signedApprovals);
    return undefined;
  },

  async modify(call) {
    const { modifyRequest } = call.body;
    return { modifyKeyRequestId: await submit(call, modifying(call, modifyRequest), modifyRequest) };
  },
};
