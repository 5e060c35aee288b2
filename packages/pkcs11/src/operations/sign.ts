import { type CallOptions, SignError, type SignInput, type SignOperation } from '@securosys/core';
import type { UseOptions } from '../token/token-calls.js';
import { keyBits } from './key-bits.js';
import { signInput } from './sign-input.js';
import { type SignPlan, signPlan } from './sign-plan.js';
import { needUsage, type UsableKey } from './usable-key.js';
import { type UseContext, usedOnce } from './use-context.js';

/**
 * Everything about signing with a key that does not depend on what is signed.
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED`, `ERR_KEY_NOT_USABLE`
 */
export async function planToSign(
  { capabilities }: UseContext,
  key: UsableKey,
  algorithm: SignOperation['algorithm'],
  options: CallOptions = {},
): Promise<SignPlan> {
  const plan = signPlan(algorithm, key.spec);
  needUsage(key, 'sign');
  await capabilities.need(plan.mechanism.type, 'SIGN', key.spec && keyBits(key.spec), options);
  return plan;
}

/** Signs by a plan that was made for this key. @throws SignError those of {@link signInput} and of the token; `ERR_PROTOCOL` */
export async function signWith(
  context: UseContext,
  key: UsableKey,
  plan: SignPlan,
  input: SignInput,
  options: CallOptions = {},
): Promise<Uint8Array> {
  const formed = signInput(plan, input);
  // A promise for long messages alone: an await costs as much as the rest of this.
  const data = formed instanceof Uint8Array ? formed : await formed;
  const sign = (use: UseOptions) => context.token.sign(key.handle, plan.mechanism, data, plan.signatureBytes, use);
  const signature = await usedOnce(context, key, options, sign);
  if (signature.byteLength !== plan.signatureBytes) throw wrongLength(context, plan, signature.byteLength);
  return signature;
}

function wrongLength({ token }: UseContext, { algorithm, signatureBytes }: SignPlan, found: number): SignError {
  return new SignError(
    'ERR_PROTOCOL',
    `the token gave a signature of ${found} bytes, where ${algorithm} has ${signatureBytes} with this key`,
    { details: { operation: 'sign', tokenLabel: token.token.label } },
  );
}
