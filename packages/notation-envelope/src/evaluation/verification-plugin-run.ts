import { SignError, sanitizeText } from '@securosys/core';
import type { OpenEnvelope } from '../envelope/open-envelope.js';
import type { VerificationCapability, VerificationResult, VerifySignatureResponse } from '../plugin/contract.js';
import { refusal, refuse } from '../refusal.js';
import type { VerificationStatement } from '../trust/policy-statement.js';
import type { Evaluation, OpenResult } from './evaluate-checks.js';
import { callOf, type EvaluateRules } from './evaluate-rules.js';
import { refuseStrangers } from './revocation-check.js';
import { refuseCritical } from './trust-checks.js';
import type { ChosenPlugin } from './verification-plugin.js';
import { pluginRequest } from './verification-plugin-request.js';

const trustedIdentity: VerificationCapability = 'SIGNATURE_VERIFIER.TRUSTED_IDENTITY';
const revocationCheck: VerificationCapability = 'SIGNATURE_VERIFIER.REVOCATION_CHECK';

/** The results that a plugin decides: each capability's, and that of the plugin itself. */
export interface PluginResults {
  readonly verificationPlugin: OpenResult;
  readonly authenticity: OpenResult;
}

/**
 * What a plugin is asked for: all it can do, but no revocation where the policy skips it (`notation.md` §15.2 step 8), or where the chain
 * reaches no trust store (S26).
 */
function askedOf(
  chosen: ChosenPlugin,
  { level }: VerificationStatement,
  { authenticity }: PluginResults,
): readonly VerificationCapability[] {
  const asksRevocation = level.actions.revocation !== 'skip' && authenticity.anchor !== undefined;
  return chosen.capabilities.filter((one) => one !== revocationCheck || asksRevocation);
}

/** Whether the trusted identities are for the plugin to match. */
export const decidesIdentity = (chosen: ChosenPlugin | undefined): boolean =>
  chosen?.capabilities.includes(trustedIdentity) === true;
/** Whether revocation is for the plugin to check. */
export const decidesRevocation = (chosen: ChosenPlugin | undefined): boolean =>
  chosen?.capabilities.includes(revocationCheck) === true;

function verdictOf(answer: VerifySignatureResponse, capability: VerificationCapability): VerificationResult {
  const { verificationResults: results } = answer;
  const verdict = results && Object.hasOwn(results, capability) ? results[capability] : undefined;
  if (typeof verdict?.success === 'boolean' && (verdict.reason === undefined || typeof verdict.reason === 'string'))
    return verdict;
  throw new SignError('ERR_PROTOCOL', `the verification plugin says nothing of ${capability}`);
}

/** Every attribute that was sent is processed, and every verdict that was asked for is there, and no other (§20.6 #46). */
function checkAnswer(answer: VerifySignatureResponse, sent: readonly string[], asked: readonly VerificationCapability[]): void {
  if (!Array.isArray(answer?.processedAttributes)) throw new SignError('ERR_PROTOCOL', 'the verification plugin gave no answer');
  if (sent.some((name) => !answer.processedAttributes.includes(name)))
    refuse('plugin-unprocessed-attribute', 'the verification plugin did not process every attribute of the signature');
  for (const capability of asked) verdictOf(answer, capability);
  if (Object.keys(answer.verificationResults).some((name) => !(asked as readonly string[]).includes(name)))
    throw new SignError('ERR_PROTOCOL', 'the verification plugin decided what it was not asked');
}

/** Without a plugin that runs, nobody processes the attributes: the critical ones must be understood by the caller. */
function checkUnsent({ attributes }: OpenEnvelope, sent: readonly string[], rules: EvaluateRules): void {
  const { understoodAttributes = [], compatibility } = rules;
  if (compatibility?.unknownCriticalAttributes === true) return;
  if (sent.some((name) => attributes.criticalExtended.includes(name) && !understoodAttributes.includes(name))) refuseCritical();
}

/**
 * Step 8 of `notation.md` §15.2: what the plugin was asked for becomes the results of those checks, at the policy's action; a plugin that
 * fails refuses the signature at every level.
 */
export async function runPlugin(
  evaluation: Evaluation,
  chosen: ChosenPlugin,
  results: PluginResults,
  context: { readonly open: OpenEnvelope; readonly statement: VerificationStatement; readonly rules: EvaluateRules },
): Promise<void> {
  const { open, statement, rules } = context;
  const asked = askedOf(chosen, statement, results);
  const request = pluginRequest(open, statement, asked, rules);
  const sent = request.signature.unprocessedAttributes;
  const decided = new Map<VerificationCapability, OpenResult>();
  if (asked.includes(trustedIdentity)) decided.set(trustedIdentity, results.authenticity);
  if (decidesRevocation(chosen))
    evaluation.run('revocation', statement.level.actions.revocation, (result) => {
      if (!evaluation.refused && !asked.includes(revocationCheck)) refuseStrangers();
      decided.set(revocationCheck, result);
    });
  if (evaluation.refused) {
    for (const result of decided.values()) if (result.result === 'pass') evaluation.notAsked(result);
    return;
  }
  try {
    if (asked.length === 0) return checkUnsent(open, sent, rules);
    rules.signal?.throwIfAborted();
    const answer = await chosen.plugin.verifySignature(request, callOf(rules));
    checkAnswer(answer, sent, asked);
    for (const [capability, result] of decided) apply(evaluation, result, verdictOf(answer, capability), chosen, asked);
  } catch (error) {
    evaluation.fail(results.verificationPlugin, error);
    for (const result of decided.values()) if (result.result === 'pass') evaluation.notAsked(result);
  }
}

function apply(
  evaluation: Evaluation,
  result: OpenResult,
  verdict: VerificationResult,
  { name, version }: ChosenPlugin,
  capabilities: readonly VerificationCapability[],
): void {
  const reason = verdict.reason === undefined ? undefined : sanitizeText(verdict.reason, 1_000);
  result.plugin = { name, version, capabilities, ...(reason !== undefined && { reason }) };
  if (verdict.success || result.result === 'fail') return;
  const [code, sentence] =
    result.type === 'revocation'
      ? (['revoked', 'the verification plugin refuses the certificates or the signature'] as const)
      : (['identity', 'the verification plugin trusts somebody else'] as const);
  evaluation.fail(result, refusal(code, reason ? `${sentence}: ${reason}` : sentence));
}
