import { selectStatement } from '../trust/trust-policy.js';
import { checkEvaluateOptions, type EvaluateOptions } from './evaluate-options.js';
import { evaluateByStatement } from './evaluate-statement.js';
import type { SignatureOutcome } from './outcome.js';
import { checkSubject } from './trust-checks.js';

/**
 * Judges one signature of an OCI artifact by a trust policy (`notation.md` §15.2), every check reported. Whatever is wrong with the
 * envelope, its chain, the trust stores, timestamps, responders or plugins is a verdict; only wrong use of this function, and a policy
 * without a statement for the repository, are errors. At level `skip` the envelope is not looked at and the verdict is `skipped`,
 * never `trusted`. Once an enforced check has failed nobody outside is asked any more.
 * @param envelope the envelope's bytes as stored
 * @param mediaType what its layer descriptor says it is
 * @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_NOT_TRUSTED` when no statement applies; `signal.reason` when aborted
 */
export async function evaluateSignature(
  envelope: Uint8Array,
  mediaType: string,
  options: EvaluateOptions,
): Promise<SignatureOutcome> {
  checkEvaluateOptions(options);
  const { trustPolicy, repository, subject } = options;
  return evaluateByStatement({
    envelope,
    mediaType,
    statement: selectStatement(trustPolicy, repository),
    rules: options,
    compare: (evaluation, open) => {
      evaluation.run('subject', 'enforce', () => checkSubject(open.subject, subject));
    },
  });
}
