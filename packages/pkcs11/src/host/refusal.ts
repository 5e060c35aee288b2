import { SignError } from '@securosys/core';
import type { TokenSettings } from './options-of.js';

/** Why no more uses of keys are taken, if that is so: too many wait, or all lanes hang. */
export function refusal(
  waiting: number,
  hanging: number,
  { maxQueue, lanes }: Pick<TokenSettings, 'maxQueue' | 'lanes'>,
): SignError | undefined {
  if (waiting >= maxQueue)
    return new SignError('ERR_UNAVAILABLE', `${maxQueue} calls wait for the token already; call later or less often`, {
      details: { waiting },
    });
  if (hanging >= lanes)
    return new SignError(
      'ERR_UNAVAILABLE',
      `${hanging} threads hang in the module; check its device, then restart this process`,
      { details: { lostLanes: hanging } },
    );
  return undefined;
}
