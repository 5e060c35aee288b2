import { type CallOptions, invalidArgument, SignError, sha256Hex } from '@securosys/core';
import { openClient } from '../backend/options.js';
import { checkCallOptions, checkObject } from '../client/options.js';
import { compareTasks } from './across.js';
import {
  type ApproveOptions,
  type ApproverOptions,
  type DecideOptions,
  readStyle,
  refuseOwnApplication,
  splitOptions,
  styleNames,
} from './approver-options.js';
import { type BatchOutcome, checkViews, decideEach, newcomersOf } from './decide.js';
import { type Examined, examineTask } from './examine.js';
import { fetchTasks, type RequestQuery, readQuery, readRequestQuery, type TaskQuery } from './fetch-tasks.js';
import { approverLogin } from './login.js';
import { NonceMemory } from './nonce-memory.js';
import { loadPkix } from './pkix.js';
import { decisionRefusal, refusalOf } from './refusal.js';
import { type RequestView, requestViews } from './request-view.js';
import { sendApproval, sendRejection } from './send.js';
import type { TaskView } from './view.js';

/** One person's side of approvals (`tsb-rest-api.md` §5). */
export interface Approver {
  /**
   * Open tasks of this key, examined. A task that contradicts itself is listed too, with its mismatches. Below level 5 they are for
   * looking only.
   * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_LIMIT`, and as the client does
   */
  tasks(query?: TaskQuery): Promise<TaskView[]>;
  /**
   * The same tasks, those that are to be decided together as one request each. Who has decided so far is fetched too (level 6) unless
   * another level is named.
   * @throws SignError as `tasks` does
   */
  requests(query?: RequestQuery): Promise<RequestView[]>;
  /**
   * Signs exactly the bytes that this view was made from.
   * @param view from `tasks()` of this very approver
   * @throws SignError `ERR_FACTS_MISMATCH` when the view has mismatches or was fetched below level 5; `ERR_FORBIDDEN` for a request that
   * the approver's own key signed; `ERR_NOT_TRUSTED` without a pinned HSM key for its time, for an unknown requester under
   * `requireKnownRequester`, or when its description was used for another request that was approved; `ERR_BLIND_SIGNING` when nothing explains the payload; `ERR_REQUEST_NOT_FOUND` when the task is gone
   */
  approve(view: TaskView, options?: ApproveOptions): Promise<void>;
  /** Refuses the request, as far as this approver is concerned. */
  reject(view: TaskView, options?: CallOptions): Promise<void>;
  /**
   * One decision over exactly these tasks, or those of this request: over the payloads they were shown with, whatever else names the same batch by now (S10).
   * Either all of them can be approved, or none is. Then each is sent; what fails is in the outcome, and nothing is thrown any more.
   * Afterwards the list is fetched once more, only to report tasks that came into a batch after people looked.
   * @param what from `tasks()` or `requests()` of this very approver
   * @throws SignError before anything is sent: as `approve` does; `ERR_VETOED` for risks that `acceptRisks` does not name
   */
  decide(what: readonly TaskView[] | RequestView, decision: 'approve' | 'reject', options?: DecideOptions): Promise<BatchOutcome>;
  close(): Promise<void>;
}

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
 * declare const pinnedTimestampKey: Uint8Array; // from whoever runs the HSM
 *
 * const key = approverKeyFromPrivateKey(createPrivateKey(pem));
 * const tsb = { url: 'http://localhost:8080', auth: { type: 'none' } } as const;
 * const approver = createApprover({ ...tsb, key, formats: [], pinnedTimestampKey });
 * for (const task of await approver.tasks()) console.log(task.keyLabel, task.facts?.title, task.claims, task.risks);
 * ```
 */
export function createApprover(options: ApproverOptions): Approver {
  const style = readStyle(options);
  const { key, requireKnownRequester } = style;
  refuseOwnApplication(options);
  const { client, clock, close } = openClient('createApprover', options, styleNames);
  const held = new WeakMap<TaskView, Pick<Examined, 'challenge' | 'nonce'>>();
  const requests = new WeakSet<RequestView>();
  const nonces = new NonceMemory(style.store);
  const login = () => approverLogin(key, clock);
  const sender = { client, key, login };

  async function look(query: TaskQuery): Promise<TaskView[]> {
    const read = readQuery(query);
    const tasks = await fetchTasks(client, read, login);
    if (tasks.length === 0) return [];
    const judgement = { ...style, pkix: await loadPkix(), now: clock.now() };
    const examined = [];
    for (const task of tasks) examined.push(await examineTask(task, judgement, read.detailLevel));
    const whole = read.operation === undefined && Object.keys(read.only).length === 0;
    return (await compareTasks(examined, nonces, whole)).flatMap(({ view, ...rest }) => {
      if (read.operation !== undefined && view.operation !== read.operation && view.operation !== 'unknown') return [];
      held.set(view, rest);
      return [view];
    });
  }

  /** A request holds its tasks for good, so whoever names one means exactly those that were shown. */
  function shownTasks(what: readonly TaskView[] | RequestView): readonly TaskView[] {
    if (Array.isArray(what)) return what;
    const request = what as RequestView;
    return requests.has(request) ? request.tasks : invalidArgument('this request was not made by requests() of this approver');
  }

  function heldOf(view: TaskView): Pick<Examined, 'challenge' | 'nonce'> {
    const kept = held.get(view) ?? invalidArgument('this view was not made by tasks() of this approver');
    if (sha256Hex(kept.challenge) !== view.challengeSha256)
      throw new SignError('ERR_FACTS_MISMATCH', 'the challenge changed after it was shown');
    return kept;
  }

  async function send(view: TaskView, call: CallOptions): Promise<void> {
    const { challenge, nonce } = heldOf(view);
    if (nonce !== undefined) await nonces.spend(nonce, view.challengeSha256);
    await sendApproval(sender, view, challenge, call);
  }

  async function lookForNewcomers(views: readonly TaskView[], call: CallOptions): Promise<Omit<BatchOutcome, 'outcomes'>> {
    if (views.every(({ batch }) => batch === undefined)) return { newcomers: [] };
    try {
      return { newcomers: newcomersOf(views, await look(call)) };
    } catch (error) {
      const known = SignError.is(error) ? error : new SignError('ERR_TIMEOUT', 'looking again was interrupted', { cause: error });
      return { newcomers: [], newcomersUnknown: known };
    }
  }

  return {
    async tasks(query = {}) {
      checkObject('options of tasks', query);
      return look(query);
    },
    async requests(query = {}) {
      checkObject('options of requests', query);
      const shown = requestViews(await look(readRequestQuery(query)));
      for (const request of shown) requests.add(request);
      return shown;
    },
    async approve(view, approveOptions = {}) {
      const { exceptions, call } = splitOptions('approve', approveOptions);
      heldOf(view);
      const refusal = refusalOf(view, { ...exceptions, requireKnownRequester });
      if (refusal) throw refusal;
      await send(view, call);
    },
    async reject(view, call = {}) {
      checkCallOptions('reject', call);
      heldOf(view);
      await sendRejection(sender, view, call);
    },
    async decide(what, decision, decideOptions = {}) {
      const { exceptions, acceptRisks, call } = splitOptions('decide', decideOptions, ['acceptRisks']);
      if (decision !== 'approve' && decision !== 'reject') invalidArgument("a decision is 'approve' or 'reject'");
      const shown = [...shownTasks(what)];
      checkViews(shown);
      for (const view of shown) heldOf(view);
      const all = { ...exceptions, requireKnownRequester };
      const refusal = decision === 'approve' ? decisionRefusal(shown, all, acceptRisks) : undefined;
      if (refusal) throw refusal;
      const outcomes =
        decision === 'approve'
          ? await decideEach(shown, 'approved', (view) => send(view, call), call.signal)
          : await decideEach(shown, 'rejected', (view) => sendRejection(sender, view, call), call.signal);
      return { outcomes, ...(await lookForNewcomers(shown, call)) };
    },
    close,
  };
}
