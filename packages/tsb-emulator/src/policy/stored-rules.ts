import { list, nullable, number, oneOf, type StoredField, struct, text } from '../store/fields.js';
import type { MaybeRule, Rules } from './model.js';

const approver = struct({ type: oneOf(['public_key', 'certificate']), name: text, value: text, spki: text });
const group = struct({ name: text, quorum: number, approvers: list(approver) });
const token = struct({ name: text, timelock: number, timeout: number, groups: list(group) });

/** A rule as records keep it. */
export const storedRule: StoredField<MaybeRule> = nullable(struct({ tokens: list(token) }));
/** One approver as records keep it. */
export const storedApprover = approver;
/** All four rules as records keep them. */
export const storedRules: StoredField<Rules> = struct({
  ruleUse: storedRule,
  ruleBlock: storedRule,
  ruleUnblock: storedRule,
  ruleModify: storedRule,
});
