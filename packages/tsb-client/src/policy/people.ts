import { base64Text, invalidArgument } from '@securosys/core';
import type { PolicyApproval } from '../api/policy.js';

/** Somebody who may approve: by public key, by certificate, or by the name the TSB onboarded them under. */
export type PolicyApprover =
  | { readonly name?: string; readonly spki: Uint8Array }
  | { readonly certificate: Uint8Array }
  | { readonly onboarded: string };

/** An approver as the wire writes it (`tsb-rest-api.md` §4.1). @throws SignError `ERR_INVALID_ARGUMENT` */
export function approvalOf(approver: PolicyApprover): PolicyApproval {
  if (typeof approver !== 'object' || approver === null)
    invalidArgument('an approver is an object with spki, certificate or onboarded');
  if ('onboarded' in approver) return { type: 'onboarded_approver_certificate', name: approver.onboarded };
  if ('certificate' in approver) return { type: 'certificate', value: base64Text(approver.certificate) };
  const { name, spki } = approver;
  if (!(spki instanceof Uint8Array)) invalidArgument('an approver needs spki, certificate or onboarded');
  return { type: 'public_key', value: base64Text(spki), ...(name !== undefined && { name }) };
}
