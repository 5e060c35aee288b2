import { base64Text, type CallOptions, invalidArgument, type KeyRef, ownBytes, SignError, sha256Hex } from '@securosys/core';
import { decodeApprovalChallenge } from '../api/approval-frame.js';
import { endpoints } from '../api/endpoints.js';
import type { ApprovalTask } from '../api/tasks.js';
import { openClient, type TsbBackendClient } from '../backend/options.js';
import { checkCallOptions, checkObject, checkPositive, type TsbClientOptions } from '../client/options.js';
import { examineTask } from './examine.js';
import type { ExplainingFormat } from './explain-payload.js';
import type { ApproverKey } from './key.js';
import { approverIdentity, approverLogin } from './login.js';
import { defaultMaxAgeMs } from './timestamp.js';
import type { TaskView } from './view.js';

/** What an approver needs beyond a client. */
export interface ApproverStyle {
  readonly key: ApproverKey;
  /** Formats that explain payloads. What none of them explains is an unknown format. */
  readonly formats: readonly ExplainingFormat[];
  /** SubjectPublicKeyInfo DER of the HSM's timestamp key; without it, views carry the risk `timestamp-unverified`. */
  readonly pinnedTimestampKey?: Uint8Array;
  /** The only keys this approver decides about, pinned by `spkiSha256` where it is given. */
  readonly expectedKeys?: readonly KeyRef[];
  /** Oldest request in milliseconds that can be approved. Default 30 days. */
  readonly maxAgeMs?: number;
}

/** Who approves, and the client to do it with: one of the caller's own, or options for a new one. */
export type ApproverOptions = ApproverStyle & (TsbClientOptions | TsbBackendClient);

/** Exceptions for one approval. */
export interface ApproveOptions extends CallOptions {
  /** Approves although nothing shows what is signed. */
  allowBlind?: boolean;
}

/** One person's side of approvals (`tsb-rest-api.md` §5). */
export interface Approver {
  /** All open tasks of this key, examined. A task that contradicts itself is listed too, with its mismatches. */
  tasks(options?: CallOptions): Promise<TaskView[]>;
  /**
   * Signs exactly the bytes that this view was made from.
   * @param view from `tasks()` of this very approver
   * @throws SignError `ERR_FACTS_MISMATCH` when the view has mismatches; `ERR_BLIND_SIGNING` when nothing explains the payload;
   * `ERR_REQUEST_NOT_FOUND` when the task is gone
   */
  approve(view: TaskView, options?: ApproveOptions): Promise<void>;
  /** Refuses the request, as far as this approver is concerned. */
  reject(view: TaskView, options?: CallOptions): Promise<void>;
  close(): Promise<void>;
}

const styleNames = ['key', 'formats', 'pinnedTimestampKey', 'expectedKeys', 'maxAgeMs'] as const;
const pageSize = 20;
const mostTasks = 2_000;

/**
 * The approver's side. Facts are recomputed from the payload bytes by `formats`; the requester's metadata is shown as claims.
 *
 * @throws SignError `ERR_INVALID_ARGUMENT`, and as `createTsbClient` does
 *
 * @example
 * ```ts
 * import { createPrivateKey } from 'node:crypto';
 * import { approverKeyFromPrivateKey, createApprover } from '@securosys/tsb-client';
 * declare const pem: string;
 *
 * const key = approverKeyFromPrivateKey(createPrivateKey(pem));
 * const approver = createApprover({ url: 'http://localhost:8080', auth: { type: 'none' }, key, formats: [] });
 * for (const task of await approver.tasks()) console.log(task.keyLabel, task.facts?.title, task.claims, task.risks);
 * ```
 */
export function createApprover(options: ApproverOptions): Approver {
  checkObject('options of createApprover', options);
  const { key, formats, pinnedTimestampKey, expectedKeys, maxAgeMs = defaultMaxAgeMs } = options;
  if (typeof key?.sign !== 'function' || !(key.spki instanceof Uint8Array)) invalidArgument('createApprover needs a key');
  if (pinnedTimestampKey !== undefined && !(pinnedTimestampKey instanceof Uint8Array))
    invalidArgument('pinnedTimestampKey must be bytes');
  if (expectedKeys !== undefined && !Array.isArray(expectedKeys)) invalidArgument('expectedKeys must be a list');
  if (!Array.isArray(formats)) invalidArgument('createApprover needs formats, if only an empty list');
  checkPositive('maxAgeMs', maxAgeMs, Number.MAX_SAFE_INTEGER);
  const { client, clock, close } = openClient('createApprover', options, styleNames);
  const held = new WeakMap<TaskView, Uint8Array>();

  async function fetchTasks(call: CallOptions): Promise<ApprovalTask[]> {
    const found = new Map<string, ApprovalTask>();
    for (let pageNumber = 0; ; pageNumber++) {
      const login = await approverLogin(key, clock);
      const paging = { pageNumber, pageSize, sortOrder: 'CREATION_DATE_ASC' as const };
      const { tasks } = await client.call(endpoints.allTasks, { ...login, detailLevel: 'level5', paging }, call);
      const before = found.size;
      for (const task of tasks) found.set(task.id, task);
      if (found.size > mostTasks) throw new SignError('ERR_LIMIT', `over ${mostTasks} open tasks`);
      if (tasks.length < pageSize || found.size === before) return [...found.values()];
    }
  }

  function bytesOf(view: TaskView): Uint8Array {
    const bytes = held.get(view) ?? invalidArgument('this view was not made by tasks() of this approver');
    if (sha256Hex(bytes) !== view.challengeSha256)
      throw new SignError('ERR_FACTS_MISMATCH', 'the challenge changed after it was shown');
    return bytes;
  }

  return {
    async tasks(call = {}) {
      checkCallOptions('tasks', call);
      const now = clock.now();
      const judgement = { formats, key, pinnedTimestampKey, expectedKeys, maxAgeMs, now };
      return (await fetchTasks(call)).map((task) => {
        const { view, challenge } = examineTask(task, judgement);
        held.set(view, challenge);
        return view;
      });
    },
    async approve(view, callOptions = {}) {
      checkObject('options of approve', callOptions);
      const { allowBlind = false, ...call } = callOptions;
      checkCallOptions('approve', call);
      const bytes = bytesOf(view);
      if (view.mismatches.length > 0)
        throw new SignError('ERR_FACTS_MISMATCH', `this task cannot be approved: ${view.mismatches[0]}`, {
          details: { mismatches: view.mismatches },
        });
      if (!allowBlind && view.risks.some((risk) => risk === 'blind' || risk === 'unknown-format'))
        throw new SignError('ERR_BLIND_SIGNING', 'nothing here explains what would be signed; approving it needs allowBlind');
      // Strictly once more, at the last moment: what is signed is one well-formed challenge and nothing else.
      decodeApprovalChallenge(bytes);
      const signature = await key.sign(ownBytes(bytes));
      const approval = {
        id: view.id,
        approvalToBeSigned: base64Text(bytes),
        signature: base64Text(signature),
        approvalDigestAlgorithm: key.digestAlgorithm,
        ...approverIdentity(key),
      };
      await client.call(endpoints.approval, approval, call);
    },
    async reject(view, call = {}) {
      checkCallOptions('reject', call);
      bytesOf(view);
      await client.call(endpoints.rejectTask, { ...(await approverLogin(key, clock)), id: view.id }, call);
    },
    close,
  };
}
