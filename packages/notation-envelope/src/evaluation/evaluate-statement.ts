import { invalidArgument } from '@securosys/core';
import type { Certificate } from '@securosys/pki';
import { loadCodec } from '../envelope/envelope-codec.js';
import { checkEnvelopeBytes } from '../envelope/envelope-options.js';
import {
  checkReadSignature,
  type OpenEnvelope,
  openedEnvelope,
  readEnvelope,
  refuseMediaType,
} from '../envelope/open-envelope.js';
import type { VerificationStatement } from '../trust/policy-statement.js';
import { type LoadedStore, loadStores } from '../trust/trust-anchors.js';
import type { TrustStoreType } from '../trust/trust-store-name.js';
import { Evaluation, type OpenResult } from './evaluate-checks.js';
import { outcomeOf, skippedOutcome } from './evaluate-outcome.js';
import { type EvaluateRules, openOptionsOf } from './evaluate-rules.js';
import type { SignatureOutcome } from './outcome.js';
import { checkRevocation, namesResponders } from './revocation-check.js';
import { checkTimestamp, timestampCounts } from './timestamp-check.js';
import * as checks from './trust-checks.js';
import { type ChosenPlugin, choosePlugin, demandsPlugin } from './verification-plugin.js';
import { decidesIdentity, decidesRevocation, runPlugin } from './verification-plugin-run.js';

/** An envelope as it is stored, and what it is judged by. */
export interface Judged {
  readonly envelope: Uint8Array;
  readonly mediaType: string;
  readonly statement: VerificationStatement;
  readonly rules: EvaluateRules;
  /** Compares the signed payload with what the caller holds: the `subject` check. */
  readonly compare: (evaluation: Evaluation, open: OpenEnvelope) => void | Promise<void>;
}

/** The judgement while it is being made. */
interface Case extends Judged {
  readonly evaluation: Evaluation;
  readonly open: OpenEnvelope;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Step 2 of §15.2. The result is there even when the signature names no plugin that could be had. */
async function namedPlugin({
  evaluation,
  open,
  rules,
}: Case): Promise<{ result: OpenResult; chosen?: ChosenPlugin } | undefined> {
  const found: { result?: OpenResult; chosen?: ChosenPlugin } = {};
  await evaluation.ask('verificationPlugin', 'enforce', async (result) => {
    found.result = result;
    found.chosen = await choosePlugin(result, open, rules);
  });
  return found.result && { ...found, result: found.result };
}

/** Steps 3 and 4: the anchor, and the identity unless a plugin matches it. */
function authenticity(
  { evaluation, open, statement }: Case,
  stores: readonly LoadedStore[],
  chosen: ChosenPlugin | undefined,
): OpenResult | undefined {
  let found: OpenResult | undefined;
  evaluation.run('authenticity', statement.level.actions.authenticity, (result) => {
    found = result;
    checks.checkAnchor(result, open, stores);
    if (!decidesIdentity(chosen)) checks.checkIdentity(statement, open);
  });
  return found;
}

/** Step 6. Only a timestamp that counts can ask anybody. */
function authenticTime({ evaluation, open, statement, rules, now }: Case): void | Promise<void> {
  const action = statement.level.actions.authenticTimestamp;
  if (timestampCounts(open, statement, now))
    return evaluation.ask('authenticTimestamp', action, (result) => checkTimestamp(result, open, statement, rules));
  evaluation.run('authenticTimestamp', action, () => checks.checkAuthenticTime(open, now));
}

/** Step 7. Certificates that name nobody have nobody who could revoke them. */
function revocation({ evaluation, open, statement, rules }: Case, anchored: boolean): void | Promise<void> {
  const action = statement.level.actions.revocation;
  if (namesResponders(open.chain))
    return evaluation.ask('revocation', action, (result) => checkRevocation(result, open, anchored, rules));
  evaluation.run('revocation', action, () => undefined);
}

/** Steps 2 to 8 of §15.2, then what no level softens. Waiting for nothing costs time too, so only what is a promise is awaited. */
async function judge(one: Case, stores: readonly LoadedStore[]): Promise<void> {
  const { evaluation, open, rules, now, compare } = one;
  const named = demandsPlugin(open) ? await namedPlugin(one) : undefined;
  const chosen = named?.chosen;
  const authentic = authenticity(one, stores, chosen);
  if (rules.allowEmulated !== true) evaluation.run('emulation', 'enforce', () => checks.checkEmulation(open.chain));
  evaluation.run('expiry', one.statement.level.actions.expiry, () => checks.checkExpiry(open, now));
  const timed = authenticTime(one);
  if (timed) await timed;
  if (!decidesRevocation(chosen)) {
    const asked = revocation(one, authentic?.anchor !== undefined);
    if (asked) await asked;
  }
  if (named && chosen && authentic)
    await runPlugin(evaluation, chosen, { verificationPlugin: named.result, authenticity: authentic }, one);
  evaluation.run('freshness', 'enforce', () => checks.checkFreshness(open, now, rules));
  const compared = compare(evaluation, open);
  if (compared) await compared;
  evaluation.run('userMetadata', 'enforce', () => checks.checkUserMetadata(open.subject, rules.userMetadata));
}

/** The one type of store that a statement names for signers, if it is one: read before the envelope, it spares parsing anchors again. */
function onlyType({ trustStores }: VerificationStatement): TrustStoreType | undefined {
  let only: TrustStoreType | undefined;
  for (const { type } of trustStores) {
    if (type === 'tsa' || type === only) continue;
    if (only !== undefined) return undefined;
    only = type;
  }
  return only;
}

/**
 * Step 1. Between reading, the signature and the rest others have their turn: where many envelopes are judged at once all are read, then all
 * signatures are verified, and the tables of OpenSSL stay in the caches of the processor, which saves a third of the time.
 */
async function integrity(
  { envelope, mediaType, rules }: Judged,
  evaluation: Evaluation,
  known: readonly Certificate[],
): Promise<OpenEnvelope | undefined> {
  let open: OpenEnvelope | undefined;
  await evaluation.ask('integrity', 'enforce', async () => {
    const options = openOptionsOf(rules, known);
    const found = loadCodec(mediaType) ?? refuseMediaType(mediaType);
    const read = readEnvelope(envelope, found instanceof Promise ? await found : found, options);
    await undefined;
    checkReadSignature(read);
    await undefined;
    const opened = openedEnvelope(read, options);
    checks.checkCriticalAttributes(opened, rules);
    open = opened;
  });
  return open;
}

/** Judges one signature by one statement, in the order of `notation.md` §15.2. */
export async function evaluateByStatement(judged: Judged): Promise<SignatureOutcome> {
  const { envelope, mediaType, statement, rules } = judged;
  checkEnvelopeBytes(envelope);
  rules.signal?.throwIfAborted();
  if (statement.level.name === 'skip') return skippedOutcome(statement);
  const evaluation = new Evaluation(rules.signal);
  const first = onlyType(statement);
  const early = first ? await loadStores(statement, rules.trustStore, first) : [];
  const known = early.length === 1 ? (early[0] as LoadedStore).certificates : early.flatMap(({ certificates }) => certificates);
  const open = await integrity(judged, evaluation, known);
  if (open) {
    const now = rules.clock.now();
    if (!Number.isFinite(now)) invalidArgument('the clock does not tell the time');
    const type = open.attributes.scheme === 'notary.x509' ? 'ca' : 'signingAuthority';
    const stores = type === first ? early : first ? [] : await loadStores(statement, rules.trustStore, type);
    await judge({ envelope, mediaType, statement, rules, compare: judged.compare, evaluation, open, now }, stores);
  }
  return outcomeOf(statement, evaluation, open);
}
