import type { KeyRef } from '@securosys/core';
import type { ApprovalChallenge } from '../api/approval-frame.js';
import type { ApprovalTask } from '../api/tasks.js';
import { bindingGaps } from '../metadata/check-binding.js';
import type { AttestationAnchors } from './attested.js';
import { isCaCertificate } from './certificate-request.js';
import { boundTo, sameBytes, type TaskParts } from './compare.js';
import type { ExplainingFormat, Explanation } from './explain-payload.js';
import type { ApproverKey } from './key.js';
import type { Pkix } from './pkix.js';
import { keyIdentity, type PinnedRequester, type RequestOrigin } from './requester.js';
import type { TaskRisk } from './risks.js';
import { holdsPassword } from './secrets.js';
import { couldBeSigned } from './signable.js';
import type { TimestampAnchors } from './timestamp.js';

/** What tasks are judged by. */
export interface Judgement {
  readonly formats: readonly ExplainingFormat[];
  readonly pkix: Pkix;
  readonly key: ApproverKey;
  readonly anchors: TimestampAnchors;
  readonly attestors: AttestationAnchors;
  readonly requesters: readonly PinnedRequester[];
  readonly expectedKeys: readonly KeyRef[] | undefined;
  readonly maxAgeMs: number;
  readonly now: number;
}

/** Operations whose payload a server need not repeat outside the challenge. */
const needNotRepeat: readonly (string | undefined)[] = ['decrypt', 'unwrap', 'certificate'];

/** What is missing at the levels of a task, or is not what was expected. */
export function levelMismatches(
  task: ApprovalTask,
  challenge: ApprovalChallenge,
  operation: string | undefined,
  { key, expectedKeys }: Pick<Judgement, 'key' | 'expectedKeys'>,
): string[] {
  const out: string[] = [];
  if (task.payload !== null && !sameBytes(task.payload, challenge.payload?.bytes))
    out.push('the payload of the task is not the one in the challenge');
  if (task.payload === null && challenge.payload && !needNotRepeat.includes(operation))
    out.push('the task lacks its payload (level 2)');
  if (task.keyAttributes === null) out.push('the task lacks the attributes of the key (level 5)');
  if (task.approverPublicKey !== undefined && keyIdentity(task.approverPublicKey) !== keyIdentity(key.spki))
    out.push('the task is for another approver');
  if (expectedKeys && !expectedKeys.some((expected) => expected.label === challenge.label))
    out.push('the key is not one of those expected');
  return out;
}

/** A key that is not the pinned one of its label (S7). */
export function pinMismatches({ key, challenge }: TaskParts, expectedKeys: readonly KeyRef[] | undefined): string[] {
  const pins = (expectedKeys ?? []).filter(({ label, spkiSha256 }) => label === challenge.label && spkiSha256 !== undefined);
  return pins.length === 0 || pins.some(({ spkiSha256 }) => spkiSha256 === key.spkiSha256)
    ? []
    : ['the key is not the one that was pinned'];
}

/** What the payload of a use of a key leaves open. */
function payloadRisks({ challenge, inner, key, facts }: TaskParts, explanation: Explanation | undefined): TaskRisk[] {
  const { operation } = inner.kind;
  const { may } = key;
  const dual = may?.sign === true && (may.decrypt || may.unwrap);
  const dualRisk: TaskRisk[] = dual ? ['dual-use-key'] : [];
  if (operation === 'decrypt' || operation === 'unwrap') {
    // An approval to decrypt would do for a signature too, unless the HSM itself says that the key cannot sign.
    const cannotSign = key.attested && may?.sign === false && !couldBeSigned(challenge.payload?.bytes, key.spki);
    return [operation, ...(cannotSign ? [] : (['blind'] as const)), ...dualRisk];
  }
  if (!facts) return [explanation?.blind === false ? 'unknown-format' : 'blind', ...dualRisk];
  return [...(isCaCertificate(facts) ? (['ca-certificate'] as const) : []), ...dualRisk];
}

/** Whether SHA-1 is asked for where no byte that is approved says so: the collisions of SHA-1 are cheap. */
function isWeakHash({ inner, facts }: TaskParts): boolean {
  const { signatureAlgorithm } = inner.body;
  return (
    typeof signatureAlgorithm === 'string' &&
    /^(?:NONE)?SHA1_/.test(signatureAlgorithm) &&
    facts?.details?.algorithm === undefined
  );
}

/** What a description lacks to be more than a claim of anybody. */
export function claimRisks(task: ApprovalTask, parts: TaskParts, now: number): TaskRisk[] {
  return task.metaData ? bindingGaps(parts.metadata?.binding ?? {}, boundTo(parts), now) : [];
}

/** Risks that follow from one task alone. */
export function risksOf(
  task: ApprovalTask,
  parts: TaskParts,
  explanation: Explanation | undefined,
  origin: RequestOrigin,
  { anchors, key, now }: Judgement,
): TaskRisk[] {
  const { challenge, inner } = parts;
  const own = origin.claimed !== undefined && origin.claimed === keyIdentity(key.spki);
  return [
    ...(challenge.operation === 'use' ? payloadRisks(parts, explanation) : []),
    ...(isWeakHash(parts) ? (['weak-hash'] as const) : []),
    ...(challenge.operation === 'modify' ? (['policy-change'] as const) : []),
    ...(challenge.operation === 'unblock' ? (['unblock'] as const) : []),
    ...(origin.requester ? [] : (['unknown-requester'] as const)),
    ...(own ? (['own-request'] as const) : []),
    ...(anchors.length > 0 ? [] : (['timestamp-unverified'] as const)),
    ...claimRisks(task, parts, now),
    ...(holdsPassword(inner.body) ? (['password-in-request'] as const) : []),
  ];
}
