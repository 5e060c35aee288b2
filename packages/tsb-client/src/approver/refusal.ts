import { SignError } from '@securosys/core';
import type { ApproveOptions } from './approver-options.js';
import { risksToAccept, type TaskRisk } from './risks.js';
import type { TaskView } from './view.js';

/** What was agreed to beforehand. */
export interface Exceptions extends Required<Pick<ApproveOptions, 'allowBlind' | 'allowUnverifiedTimestamp'>> {
  readonly requireKnownRequester: boolean;
}

const has = (view: TaskView, ...risks: readonly TaskRisk[]): boolean => view.risks.some((risk) => risks.includes(risk));

/** Why a task cannot be approved; `undefined` when it can. A contradiction has no exception. */
export function refusalOf(view: TaskView, exceptions: Exceptions): SignError | undefined {
  const { mismatches } = view;
  if (mismatches.length > 0)
    return new SignError('ERR_FACTS_MISMATCH', `this task cannot be approved: ${mismatches[0]}`, { details: { mismatches } });
  if (has(view, 'insufficient-detail') || view.detailLevel < 'level5')
    return new SignError('ERR_FACTS_MISMATCH', 'this task cannot be approved: it was fetched below level 5');
  if (has(view, 'own-request'))
    return new SignError('ERR_FORBIDDEN', 'the key of this approver signed the request: nobody approves their own (S43)');
  if (exceptions.requireKnownRequester && (view.requester === 'unverified' || !view.claimsVerified))
    return new SignError('ERR_NOT_TRUSTED', 'no pinned application vouches for this request and its description');
  if (!exceptions.allowUnverifiedTimestamp && has(view, 'timestamp-unverified'))
    return new SignError(
      'ERR_NOT_TRUSTED',
      'no pinned HSM key vouches for this request; createApprover takes pinnedTimestampKey, approve takes allowUnverifiedTimestamp',
    );
  if (!exceptions.allowBlind && has(view, 'blind', 'unknown-format'))
    return new SignError('ERR_BLIND_SIGNING', 'nothing here explains what would be signed; approving it needs allowBlind');
  return undefined;
}

/**
 * Why one decision cannot cover all of these tasks; `undefined` when it can. What makes one of them impossible comes first; risks that
 * nobody looked at are not covered either (S44).
 */
export function decisionRefusal(
  views: readonly TaskView[],
  exceptions: Exceptions,
  acceptRisks: readonly TaskRisk[],
): SignError | undefined {
  const [impossible] = views.flatMap((view) => refusalOf(view, exceptions) ?? []);
  if (impossible) return impossible;
  const open = [...new Set(views.flatMap(risksToAccept))].filter((risk) => !acceptRisks.includes(risk));
  return open.length === 0
    ? undefined
    : new SignError('ERR_VETOED', `one decision over many does not cover ${open.join(', ')}; acceptRisks names them`, {
        details: { risks: open },
      });
}
