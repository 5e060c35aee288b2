import { SignError } from '@securosys/core';
import type { CosignKmsKeySettings } from './plugin.js';
import type { KmsCall } from './read-call.js';

/** How long people are waited for when cosign has no deadline: as long as its own default is. */
const defaultMs = 3 * 60_000;
/** What is left for cosign, which has to start this program three more times and to push what it got. */
const leastMarginMs = 500;
const mostMarginMs = 10_000;

/** Until when what has to be done; milliseconds since 1970. */
export interface KmsTimes {
  readonly waitsUntil: number;
  readonly endsAt: number;
}

/**
 * The times of a call. cosign 2.5 kills the process at its deadline, and 3.1 lets the key sign and then throws the signature away
 * (`cosign.md` §11.4): the answer, even one that says no, has to be there before.
 * @throws SignError `ERR_TIMEOUT` when nothing can be finished any more
 */
export function kmsTimes(now: number, { deadline }: KmsCall, { timeoutMs }: CosignKmsKeySettings): KmsTimes {
  if (deadline === undefined) {
    const waitsUntil = now + (timeoutMs ?? defaultMs);
    return { waitsUntil, endsAt: waitsUntil + mostMarginMs };
  }
  const margin = Math.min(Math.max((deadline - now) / 10, leastMarginMs), mostMarginMs);
  const endsAt = deadline - margin / 2;
  if (endsAt <= now) throw new SignError('ERR_TIMEOUT', "cosign's deadline is too near to sign anything");
  return { waitsUntil: Math.max(now, Math.min(deadline - margin, now + (timeoutMs ?? Number.POSITIVE_INFINITY))), endsAt };
}
