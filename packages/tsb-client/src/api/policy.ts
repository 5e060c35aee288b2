import { dto } from './dto.js';
import { type Infer, list, nullable, object, oneOfOpen, optional } from './shape.js';
import { base64NotEmpty, flag, minuteSeconds, positive, text } from './values.js';

export const approvalTypes = ['public_key', 'certificate', 'onboarded_approver_certificate'] as const;

const approvalShape = object({
  /** What `value` holds. */
  type: oneOfOpen(approvalTypes),
  name: optional(text),
  /** Base64 of SPKI DER (`public_key`) or of a certificate in DER (`certificate`); absent for an onboarded approver. */
  value: optional(base64NotEmpty),
});

const groupShape = object({
  name: optional(text),
  /** How many of `approvals` must approve. */
  quorum: positive,
  approvals: list<PolicyApproval>(approvalShape, { min: 1 }),
});

const tokenShape = object({
  name: optional(text),
  /** Seconds after the request's creation before which the token is not valid; whole minutes. */
  timelock: minuteSeconds,
  /** Seconds after the request's creation from which on the token is not valid; whole minutes; 0 = for ever. */
  timeout: minuteSeconds,
  /** All of them must reach their quorum. `null` or empty: no approval needed, only the time window counts. */
  groups: nullable(list<PolicyGroup>(groupShape)),
});

const ruleShape = object({
  /** One of them is enough. `null` or empty: the rule can never be fulfilled. */
  tokens: nullable(list<PolicyToken>(tokenShape)),
});

const rules = {
  /** Each rule: `null` is always fulfilled, by anyone (§4.2). */
  ruleUse: nullable<PolicyRule>(ruleShape),
  ruleBlock: nullable<PolicyRule>(ruleShape),
  ruleUnblock: nullable<PolicyRule>(ruleShape),
  ruleModify: nullable<PolicyRule>(ruleShape),
};

/** All four rules, as a modify call states them: `keyStatus` is forbidden there. */
export const modifyPolicyShape = object(rules);

/** All four rules and the key's state, as a create call states them. */
export const policyShape = object({ ...rules, keyStatus: object({ blocked: flag }) });

/** A policy in an answer, where older servers leave `keyStatus` out. */
export const reportedPolicyShape = object({ ...rules, keyStatus: nullable(object({ blocked: flag })) });

export interface PolicyApproval extends Infer<typeof approvalShape> {}
export interface PolicyGroup extends Infer<typeof groupShape> {}
export interface PolicyToken extends Infer<typeof tokenShape> {}
export interface PolicyRule extends Infer<typeof ruleShape> {}
export interface ModifyPolicy extends Infer<typeof modifyPolicyShape> {}
export interface Policy extends Infer<typeof policyShape> {}
export interface ReportedPolicy extends Infer<typeof reportedPolicyShape> {}

export const policyDto = dto<Policy>('policy', policyShape);
export const modifyPolicyDto = dto<ModifyPolicy>('modify policy', modifyPolicyShape);
