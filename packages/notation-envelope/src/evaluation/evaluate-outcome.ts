import type { OpenEnvelope } from '../envelope/open-envelope.js';
import type { VerificationStatement } from '../trust/policy-statement.js';
import type { Evaluation } from './evaluate-checks.js';
import type { CheckType, SignatureContents, SignatureOutcome } from './outcome.js';
import { signerOf } from './signer-identity.js';

function contentsOf({ attributes, subject, chain }: OpenEnvelope): SignatureContents {
  const { scheme, signingTime: signedAt, expiry: expiresAt } = attributes;
  const signer = signerOf(chain);
  return expiresAt === undefined ? { subject, signer, scheme, signedAt } : { subject, signer, scheme, signedAt, expiresAt };
}

/** What the results of all checks come to; without an open envelope nothing of it is known. */
export function outcomeOf(
  statement: VerificationStatement,
  { results }: Evaluation,
  open: OpenEnvelope | undefined,
): SignatureOutcome {
  const { name, level } = statement;
  const failed = results.filter(({ result }) => result === 'fail');
  const failures = failed.filter(({ action }) => action === 'enforce');
  const shared = { statement: name, level: level.name, checks: results };
  if (!open) return { ...shared, verdict: 'not-trusted', failures };
  const signature = contentsOf(open);
  return failures.length === 0
    ? { statement: name, level: level.name, checks: results, verdict: 'trusted', warnings: failed, signature }
    : { ...shared, verdict: 'not-trusted', failures, signature };
}

/** The outcome under a statement of level `skip`: nothing was verified (`notation.md` §14.1). */
export function skippedOutcome({ name, level }: VerificationStatement): SignatureOutcome {
  return {
    statement: name,
    level: level.name,
    verdict: 'skipped',
    checks: Object.keys(level.actions).map((type) => ({ type: type as CheckType, action: 'skip', result: 'skipped' })),
  };
}
