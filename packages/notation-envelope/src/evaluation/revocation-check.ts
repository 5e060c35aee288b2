import { equalBytes } from '@securosys/core';
import type { Certificate, ChainPurpose, RevocationReport } from '@securosys/pki';
import type { OpenEnvelope } from '../envelope/open-envelope.js';
import { refuse } from '../refusal.js';
import type { OpenResult } from './evaluate-checks.js';
import { callOf, type EvaluateRules } from './evaluate-rules.js';
import { summaryOf } from './outcome-findings.js';

/** Whether some certificate says where its revocation can be asked for. A root is nobody's to revoke (`notation.md` §10). */
export function namesResponders(chain: readonly Certificate[]): boolean {
  return chain.some(({ hasRevocationInfo }, index) => hasRevocationInfo && index < chain.length - 1);
}

/** Asks about a chain that reaches a trust store. Without anybody to ask the check fails. */
export async function askRevocation(
  chain: readonly Certificate[],
  purpose: ChainPurpose,
  rules: EvaluateRules,
  authenticSigningTime?: number,
): Promise<RevocationReport> {
  const { revocation, signal } = rules;
  if (!revocation)
    return refuse('revocation-not-available', 'a certificate names OCSP or CRL, and no revocation checker was given');
  signal?.throwIfAborted();
  return revocation.check(chain, {
    purpose,
    ...(authenticSigningTime !== undefined && { authenticSigningTime }),
    ...callOf(rules),
  });
}

/**
 * What a report comes to, from its certificates and not from its own sum: one about fewer certificates than were asked about says nothing
 * of the rest.
 */
export function statusOf({ certificates }: RevocationReport, chain: readonly Certificate[]): RevocationReport['status'] {
  if (certificates.some(({ status }) => status === 'revoked')) return 'revoked';
  const good = certificates.filter(({ status }) => status === 'ok' || status === 'non-revokable');
  const isGood = ({ der }: Certificate) => good.some(({ certificate }) => equalBytes(certificate.der, der));
  return chain.every(isGood) ? 'ok' : 'unknown';
}

/** @throws SignError always */
export function refuseStrangers(): never {
  return refuse('revocation-not-asked', 'nobody was asked about certificates that reach no trust store');
}

/**
 * Revocation of the signing chain (`notation.md` §10): both revoked and unknown fail. A stranger's certificates name whatever server they
 * like, so nobody is asked about a chain that reaches no trust store, whatever the level (S26).
 */
export async function checkRevocation(
  result: OpenResult,
  { attributes, chain }: OpenEnvelope,
  anchored: boolean,
  rules: EvaluateRules,
): Promise<void> {
  if (!anchored) refuseStrangers();
  // Only an authority's word on the time counts against an invalidity date; a timestamp does not (§10.2).
  const at = attributes.scheme === 'notary.x509' ? undefined : attributes.signingTime;
  const report = await askRevocation(chain, 'code-signing', rules, at);
  result.revocation = summaryOf(report);
  const status = statusOf(report, chain);
  if (status === 'revoked') refuse('revoked', 'a certificate of the chain was revoked');
  if (status !== 'ok') refuse('revocation-unknown', 'nobody could say whether a certificate of the chain was revoked');
}
