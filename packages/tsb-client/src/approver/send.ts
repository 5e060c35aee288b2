import { base64Text, type CallOptions, SignError, sha256Hex } from '@securosys/core';
import { decodeApprovalChallenge } from '../api/approval-frame.js';
import { endpoints } from '../api/endpoints.js';
import type { ApproverLogin } from '../api/tasks.js';
import type { TsbClient } from '../client/client.js';
import type { ApproverKey } from './key.js';
import { approverIdentity, signChallenge } from './login.js';
import type { TaskView } from './view.js';

/** How decisions are sent: `tsb-rest-api.md` §5.5. */
export interface Sender {
  readonly client: TsbClient;
  readonly key: ApproverKey;
  login(): Promise<ApproverLogin>;
}

/** Signs the challenge and sends it. @param bytes those that the view was made from */
export async function sendApproval({ client, key }: Sender, view: TaskView, bytes: Uint8Array, call: CallOptions): Promise<void> {
  // Strictly once more, at the last moment: what is signed is one well-formed challenge over what was shown, and nothing else.
  const { payload } = decodeApprovalChallenge(bytes);
  if ((payload && sha256Hex(payload.bytes)) !== view.payloadSha256)
    throw new SignError('ERR_FACTS_MISMATCH', 'the payload is not the one that was shown');
  const signature = await signChallenge(key, bytes, call);
  const approval = {
    id: view.id,
    approvalToBeSigned: base64Text(bytes),
    signature: base64Text(signature),
    approvalDigestAlgorithm: key.digestAlgorithm,
    ...approverIdentity(key),
  };
  await client.call(endpoints.approval, approval, call);
}

/** Sends a no: a login, and never a signature over the challenge. */
export async function sendRejection({ client, login }: Sender, view: TaskView, call: CallOptions): Promise<void> {
  await client.call(endpoints.rejectTask, { ...(await login()), id: view.id }, call);
}
