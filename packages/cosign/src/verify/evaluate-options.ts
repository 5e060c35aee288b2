import { type CallOptions, type Clock, invalidArgument, knownOptions, systemClock } from '@securosys/core';
import type { Repository } from '@securosys/oci';
import type { JudgeContext } from './judging.js';
import { type CosignTrust, rulesOf } from './trust.js';

/** Taken by every function that judges files. */
export interface CosignJudgeOptions {
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** Taken by every function that judges what a registry or a layout holds. The deadline is that of each request. */
export interface CosignEvaluateOptions extends CosignJudgeOptions, CallOptions {
  /** Another repository that holds the signatures, as `COSIGN_REPOSITORY` names one. */
  readonly signatureRepository?: Repository;
}

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function judgeContext(
  where: string,
  trust: CosignTrust,
  options: CosignJudgeOptions,
  others: readonly string[] = [],
): JudgeContext {
  knownOptions(where, options, ['clock', ...others]);
  const { clock = systemClock } = options;
  if (typeof clock?.now !== 'function') invalidArgument(`${where}: clock is a Clock`);
  return { rules: rulesOf(trust), now: clock.now() };
}

/** Names of {@link CosignEvaluateOptions} besides the clock. */
export const evaluateNames = ['signatureRepository', 'signal', 'timeoutMs', 'logger'] as const;

/** What goes on to each request. */
export function callOf({ signal, timeoutMs, logger }: CallOptions): CallOptions {
  return { ...(signal && { signal }), ...(timeoutMs !== undefined && { timeoutMs }), ...(logger && { logger }) };
}
