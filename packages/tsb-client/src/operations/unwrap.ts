import { invalidArgument, SignError } from '@securosys/core';
import type { Policy } from '../api/policy.js';
import type { KeySafetyOptions } from '../client/key-safety.js';
import { bytesText } from '../client/wire-values.js';
import type { TsbUnwrapInput } from '../client/wrapping.js';
import { checkPlanned, inputHash, type Plan, type TsbRequestContext } from './plan.js';

/** What is to be unwrapped, and what the new key may do. Names and pins the key that unwraps by `unwrapKeyName` and `spkiSha256`. */
export interface TsbUnwrapRequest extends Omit<TsbUnwrapInput, 'unwrapKeyPassword'>, TsbRequestContext {
  /**
   * Who must approve uses of the new key; `null` for a plain one. No default (S8). A key that people have to approve the use of makes
   * plain keys only: the asynchronous call can carry no policy.
   */
  readonly policy: Policy | null;
}

export function unwrapPlan(request: TsbUnwrapRequest, safety: KeySafetyOptions): Plan<'unwrap'> {
  checkPlanned('unwrap', request);
  const { spkiSha256, claims = {}, policy, ...input } = request;
  const { label, unwrapKeyName, wrapMethod, wrappedKey } = input;
  const { allowSignAndDecrypt } = safety;
  if (typeof unwrapKeyName !== 'string' || unwrapKeyName === '') invalidArgument('request of unwrap needs unwrapKeyName');
  bytesText('wrappedKey', wrappedKey);
  return {
    identity: {
      kind: 'unwrap',
      inputSha256: inputHash({ ...input, policy }),
      keyLabel: unwrapKeyName,
      newKeyLabel: label,
      ...(spkiSha256 !== undefined && { spkiSha256 }),
    },
    rule: 'ruleUse',
    operation: 'unwrap',
    payload: wrappedKey,
    // As other clients tell it (`tsb-rest-api.md` §6).
    claims: { 'new key label': label, 'wrap method': wrapMethod, ...claims },
    async atOnce(groups, unwrapKeyPassword, options) {
      const request = { ...input, policy, ...(unwrapKeyPassword !== undefined && { unwrapKeyPassword }) };
      await groups.wrapping.unwrap.synchronous(request, { ...options, ...safety });
      return new Uint8Array();
    },
    async ask(groups, { password, ...description }, options) {
      if (policy !== null)
        throw new SignError('ERR_CAPABILITY_MISSING', 'people approve the use of this key: what it unwraps can have no policy');
      const request = { ...input, ...description, ...(password !== undefined && { unwrapKeyPassword: password }) };
      return groups.wrapping.unwrap.asynchronous(request, {
        ...options,
        ...(allowSignAndDecrypt !== undefined && { allowSignAndDecrypt }),
      });
    },
  };
}
