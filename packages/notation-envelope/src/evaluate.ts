import { invalidArgument, SignError, sanitizeText, sha256Hex } from '@securosys/core';
import type { Certificate } from '@securosys/pki';
import { checkEvaluateOptions, type EvaluateOptions } from './evaluate-options.js';
import { type OpenEnvelope, openEnvelope } from './open-envelope.js';
import { type CheckResult, type CheckType, reasonOf, type SignatureContents, type SignatureOutcome } from './outcome.js';
import type { PolicyStatement } from './policy-statement.js';
import * as checks from './trust-checks.js';
import { selectStatement } from './trust-policy.js';
import type { CheckAction } from './verification-level.js';

/** Runs checks one after the other and keeps what each found. */
class Evaluation {
  readonly results: CheckResult[] = [];

  /** The check's value, or `undefined` when it failed or is skipped. */
  run<T>(type: CheckType, action: CheckAction, check: () => T): T | undefined {
    if (action === 'skip') {
      this.results.push({ type, action, result: 'skipped' });
      return undefined;
    }
    try {
      const value = check();
      this.results.push({ type, action, result: 'pass' });
      return value;
    } catch (error) {
      this.results.push({ type, action, result: 'fail', reason: reasonOf(error, type) });
      return undefined;
    }
  }
}

function integrity(
  envelope: Uint8Array,
  mediaType: string,
  options: EvaluateOptions,
  known: readonly Certificate[],
): OpenEnvelope {
  const open = openEnvelope(envelope, mediaType, known);
  checks.checkCriticalAttributes(open, options.understoodAttributes);
  return open;
}

function contentsOf({ attributes, subject, chain }: OpenEnvelope): SignatureContents {
  return {
    subject,
    // Hashes and texts cost a tenth of a verification, and most callers never look at them.
    signer: {
      get subject() {
        return sanitizeText(chain[0].subjectText, 1_000);
      },
      get thumbprints() {
        return chain.map((certificate) => certificate.thumbprint);
      },
      get spkiSha256() {
        return sha256Hex(chain[0].spki);
      },
    },
    scheme: attributes.scheme,
    signedAt: attributes.signingTime,
    ...(attributes.expiry !== undefined && { expiresAt: attributes.expiry }),
  };
}

function trust(
  evaluation: Evaluation,
  open: OpenEnvelope,
  statement: PolicyStatement,
  stores: readonly checks.LoadedStore[],
  options: EvaluateOptions,
): void {
  const { actions } = statement.level;
  const now = options.clock.now();
  if (!Number.isFinite(now)) invalidArgument('the clock does not tell the time');
  const authenticity = () => checks.checkAuthenticity(statement, open, checks.anchorsFor(open, stores));
  evaluation.run('authenticity', actions.authenticity, authenticity);
  if (options.allowEmulated !== true) evaluation.run('emulation', 'enforce', () => checks.checkEmulation(open.chain));
  evaluation.run('expiry', actions.expiry, () => checks.checkExpiry(open, now));
  evaluation.run('authenticTimestamp', actions.authenticTimestamp, () => checks.checkAuthenticTime(open, now));
  evaluation.run('revocation', actions.revocation, () => checks.checkRevocation(open.chain));
  evaluation.run('freshness', 'enforce', () => checks.checkFreshness(open, now, options));
  evaluation.run('subject', 'enforce', () => checks.checkSubject(open.subject, options.subject));
  evaluation.run('userMetadata', 'enforce', () => checks.checkUserMetadata(open.subject, options.userMetadata));
}

/**
 * Judges one signature by a trust policy (`notation.md` §15.2), every check reported. Whatever is wrong with the envelope,
 * its chain or the trust stores is a verdict; only wrong use of this function, and a policy without a statement for the
 * repository, are errors. At level `skip` the envelope is not looked at and the verdict is `skipped`, never `trusted`.
 * @param envelope the envelope's bytes as stored
 * @param mediaType what its layer descriptor says it is
 * @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_NOT_TRUSTED` when no statement applies; `ERR_CAPABILITY_MISSING` when the
 * statement names a `tsa` store
 */
export async function evaluateSignature(
  envelope: Uint8Array,
  mediaType: string,
  options: EvaluateOptions,
): Promise<SignatureOutcome> {
  checkEvaluateOptions(options);
  const statement = selectStatement(options.trustPolicy, options.repository);
  const common = { statement: statement.name, level: statement.level.name };
  const { actions } = statement.level;
  if (statement.level.name === 'skip')
    return {
      ...common,
      verdict: 'skipped',
      checks: Object.keys(actions).map((type) => ({ type: type as CheckType, action: 'skip', result: 'skipped' })),
    };
  if (statement.trustStores.some(({ type }) => type === 'tsa'))
    throw new SignError('ERR_CAPABILITY_MISSING', 'the trust policy names a tsa store, and timestamps cannot be verified');
  const evaluation = new Evaluation();
  const stores = await checks.loadStores(statement, options.trustStore);
  const known = stores.flatMap(({ certificates }) => certificates);
  const open = evaluation.run('integrity', 'enforce', () => integrity(envelope, mediaType, options, known));
  if (open) trust(evaluation, open, statement, stores, options);
  const failed = evaluation.results.filter(({ result }) => result === 'fail');
  const failures = failed.filter(({ action }) => action === 'enforce');
  const shared = { ...common, checks: evaluation.results };
  return open && failures.length === 0
    ? { ...shared, verdict: 'trusted', warnings: failed, signature: contentsOf(open) }
    : { ...shared, verdict: 'not-trusted', failures, ...(open && { signature: contentsOf(open) }) };
}
