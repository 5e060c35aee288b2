import { dto } from './dto.js';
import { type Infer, list, nullable, object, oneOfOpen, optional } from './shape.js';
import { base64NotEmpty, flag, minuteSeconds, positive, text } from './values.js';

/** How a policy names an approver: public key, certificate, or the name of an onboarded certificate (§4.1). */
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
  /** An empty list is refused by the TSB itself, with error 401 (§4.1). */
  approvals: list<PolicyApproval>(approvalShape),
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

/** One approver in a policy. */
export interface PolicyApproval extends Infer<typeof approvalShape> {}
/** People of whom `quorum` must approve. */
export interface PolicyGroup extends Infer<typeof groupShape> {}
/** One way to fulfil a rule: all groups reach their quorum within the time window (§4.2). */
export interface PolicyToken extends Infer<typeof tokenShape> {}
/** Who must approve one kind of act (§4.2). */
export interface PolicyRule extends Infer<typeof ruleShape> {}
/** The four rules of a modify call. */
export interface ModifyPolicy extends Infer<typeof modifyPolicyShape> {}
/** The four rules and the key's state, as a key is created with. */
export interface Policy extends Infer<typeof policyShape> {}
/** A policy as an answer reports it. */
export interface ReportedPolicy extends Infer<typeof reportedPolicyShape> {}

/** {@link Policy} on the wire. */
export const policyDto = dto<Policy>('policy', policyShape);
/** {@link ModifyPolicy} on the wire. */
export const modifyPolicyDto = dto<ModifyPolicy>('modify policy', modifyPolicyShape);
