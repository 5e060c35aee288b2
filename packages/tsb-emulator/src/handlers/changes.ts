import { base64Bytes, base64Text } from '@securosys/core';
import { type ApprovalKey, encodePolicyFrame, fromCharArray } from '@securosys/tsb-client/api';
import { readApproverCertificate } from '../approvals/approver.js';
import { failure } from '../failure.js';
import type { KeyRecord } from '../keys/key-record.js';
import type { Partition } from '../partition.js';
import { readRules } from '../policy/read-policy.js';
import type { Handlers } from './call.js';
import { submit } from './submit.js';

interface Described {
  readonly keyPassword?: readonly string[] | undefined;
  readonly metaData?: string | undefined;
  readonly metaDataSignature?: string | undefined;
}

/** Block, unblock and modify are only for keys with a policy (§2.4). */
function policyKey(partition: Partition, label: string, { keyPassword }: Described): KeyRecord {
  const key = partition.keys.unlock(label, fromCharArray(keyPassword));
  if (!key.rules) throw failure(613, 'only keys with a policy can be blocked, unblocked or modified');
  return key;
}

const described = ({ metaData, metaDataSignature }: Described) => ({
  metaData: metaData ?? null,
  metaDataSignature: metaDataSignature ?? null,
  payloadType: null,
});

/** A certificate stands for its key in the frame, because the frame's code for certificates is not known (§5.4). */
const keyInFrame: ApprovalKey = ({ type, name = '', value = '' }) => {
  if (type !== 'certificate') return { name, spki: base64Bytes(value, 'approver public key') };
  const certificate = readApproverCertificate(value);
  return { name: certificate.name, spki: base64Bytes(certificate.spki) };
};

export const changeHandlers: Pick<Handlers, 'block' | 'unblock' | 'modify'> = {
  async block({ partition, body, rawBody }) {
    const key = policyKey(partition, body.blockRequest.blockKeyName, body.blockRequest);
    const shown = { ...described(body.blockRequest), payload: null, parsed: { signedBlockKeyRequest: body } };
    const run = (current: KeyRecord) => {
      current.blocked = true;
      return null;
    };
    return { blockKeyRequestId: await submit(partition, { kind: 'block', key, body: rawBody, shown, run }) };
  },

  async unblock({ partition, body, rawBody }) {
    const key = policyKey(partition, body.unblockRequest.unblockKeyName, body.unblockRequest);
    const shown = { ...described(body.unblockRequest), payload: null, parsed: { signedUnblockKeyRequest: body } };
    const run = (current: KeyRecord) => {
      current.blocked = false;
      return null;
    };
    return { unblockKeyRequestId: await submit(partition, { kind: 'unblock', key, body: rawBody, shown, run }) };
  },

  /** Replaces all four rules; attributes and key status stay (§4.3). */
  async modify({ partition, body, rawBody }) {
    const { modifyRequest } = body;
    const key = policyKey(partition, modifyRequest.modifyKeyName, modifyRequest);
    const rules = readRules(modifyRequest.policy);
    const payload = encodePolicyFrame(modifyRequest.policy, keyInFrame);
    const shown = { ...described(modifyRequest), payload: base64Text(payload), parsed: { signedModifyKeyRequest: body } };
    const run = (current: KeyRecord) => {
      current.rules = rules;
      return null;
    };
    const submission = { kind: 'modify', key, payload: { kind: 'modify', bytes: payload }, body: rawBody, shown, run } as const;
    return { modifyKeyRequestId: await submit(partition, submission) };
  },
};
