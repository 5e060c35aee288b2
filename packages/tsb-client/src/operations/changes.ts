import type { ModifyPolicy, Policy } from '../api/policy.js';
import type { ModifyOptions } from '../client/changes.js';
import { checkRequest } from '../client/wire-values.js';
import { inputHash, type Plan, type TsbRequestContext } from './plan.js';

/** A key with a policy, to be blocked or unblocked. */
export interface TsbKeyRequest extends TsbRequestContext {
  readonly label: string;
}

/** The rules that a key is to have from now on: all four, stated. */
export interface TsbModifyRequest extends TsbKeyRequest {
  readonly policy: ModifyPolicy | Policy;
}

const identityOf = ({ label, spkiSha256 }: TsbKeyRequest, input: object) => ({
  inputSha256: inputHash(input),
  keyLabel: label,
  ...(spkiSha256 !== undefined && { spkiSha256 }),
});
const nothing = (): Uint8Array => new Uint8Array();

const names = ['label', 'spkiSha256', 'claims'] as const satisfies readonly (keyof TsbKeyRequest)[];

export function blockPlan<K extends 'block' | 'unblock'>(kind: K, request: TsbKeyRequest): Plan<K> {
  checkRequest(kind, request, names);
  const { label, claims = {} } = request;
  return {
    identity: { kind, ...identityOf(request, { label }) },
    rule: kind === 'block' ? 'ruleBlock' : 'ruleUnblock',
    operation: kind,
    claims,
    async atOnce(groups, password, options) {
      await groups[kind].synchronous({ label, ...(password !== undefined && { password }) }, options);
      return nothing();
    },
    ask: (groups, extras, options) => groups[kind].asynchronous({ label, ...extras }, options),
  };
}

export function modifyPlan(request: TsbModifyRequest, safety: ModifyOptions): Plan<'modify'> {
  checkRequest('modify', request, [...names, 'policy']);
  const { label, policy, claims = {} } = request;
  return {
    identity: { kind: 'modify', ...identityOf(request, { label, policy }) },
    rule: 'ruleModify',
    operation: 'modify',
    claims,
    async atOnce(groups, password, options) {
      await groups.modify.synchronous({ label, policy, ...(password !== undefined && { password }) }, { ...options, ...safety });
      return nothing();
    },
    ask: (groups, extras, options) => groups.modify.asynchronous({ label, policy, ...extras }, { ...options, ...safety }),
  };
}
