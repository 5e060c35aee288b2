export {
  type EvaluatePolicyOptions,
  evaluatePolicy,
  type PolicyOptions,
} from './policy/evaluate-policy.js';
export { explainSigningPolicy } from './policy/explain-policy.js';
export type { PolicyResult, RequirementResult, RuleResult } from './policy/judge-policy.js';
export { type ParseSigningPolicyOptions, parseSigningPolicy } from './policy/parse-signing-policy.js';
export type {
  SigningPolicyAttestation,
  SigningPolicyConditions,
  SigningPolicyDocument,
  SigningPolicyKey,
  SigningPolicyRequirements,
  SigningPolicyRule,
  SigningPolicyTimes,
} from './policy/policy-document.js';
export { offlinePolicyGuard, policyGuard } from './policy/policy-guard.js';
export { type PolicyPurpose, policyPurposes } from './policy/purposes.js';
export type { CustomCheck } from './policy/requirement.js';
export { type SigningPolicy, signingPolicy } from './policy/signing-policy.js';
export type { SigningSubject, SigningSubjectKey, SigningSubjectSymmetricKey } from './policy/subject.js';
export { subjectOfIntent } from './policy/subject-of-intent.js';
