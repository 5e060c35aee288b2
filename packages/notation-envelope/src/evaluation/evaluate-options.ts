import { type Descriptor, invalidArgument, knownOptions } from '@securosys/core';
import type { TrustPolicy } from '../trust/trust-policy.js';
import { checkEvaluateRules, type EvaluateRules, ruleNames } from './evaluate-rules.js';

/** What the signatures of an artifact are judged by. */
export interface EvaluateOptions extends EvaluateRules {
  /** The artifact as it was resolved; media type, digest and size must be what was signed. */
  subject: Descriptor;
  /** `domain[:port]/path` in full, for the selection of a policy statement. */
  repository: string;
  trustPolicy: TrustPolicy;
}

const names = ['subject', 'repository', 'trustPolicy', ...ruleNames];

/**
 * Refuses options that are unknown or of the wrong type, so that none is silently ignored (S24).
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function checkEvaluateOptions(options: EvaluateOptions): void {
  knownOptions('evaluateSignature', options, names);
  checkEvaluateRules(options);
  const { subject } = options;
  if (typeof subject?.digest !== 'string' || typeof subject.mediaType !== 'string' || typeof subject.size !== 'number')
    invalidArgument('subject is not a descriptor');
}
