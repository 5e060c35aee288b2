import { type CallOptions, hexText, SignError } from '@securosys/core';
import type { FoundObject, TokenCalls } from '../token/token-calls.js';
import { objectsWithId, ownOptions, undo } from './own-objects.js';

/** One act that makes objects under a fresh CKA_ID, and how many there must be of each class when it was done. */
export interface Making {
  readonly calls: TokenCalls;
  readonly id: Uint8Array;
  /** CKO_… of the objects, one of each. */
  readonly classes: readonly number[];
  /** Makes them; called once, without the caller's signal. */
  readonly make: (options: CallOptions) => Promise<unknown>;
}

/**
 * Makes objects so that nothing is left over and nothing is lost: after a failure that may have come too late the token is asked by the
 * fresh CKA_ID before anything is decided (`pkcs11.md` §6.4). When the caller aborts, what arrives afterwards is destroyed.
 * @throws SignError that of `make`; `ERR_OUTCOME_UNKNOWN` with `details.ckaId` when the token cannot be asked; `signal.reason`
 */
export async function makeObjects(making: Making, options: CallOptions): Promise<void> {
  const { calls, id, make } = making;
  const { signal, ...rest } = options;
  signal?.throwIfAborted();
  const work = settled(making, make(rest), rest);
  if (!signal) return work;
  let stop: (() => void) | undefined;
  const aborted = new Promise<'aborted'>((resolve) => {
    stop = () => resolve('aborted');
    signal.addEventListener('abort', stop, { once: true });
  });
  const first = await Promise.race([work, aborted]).finally(() => stop && signal.removeEventListener('abort', stop));
  if (first !== 'aborted') return;
  work.then(() => undo(calls, id, rest, signal.reason)).catch((error: unknown) => leftOver(error, id, rest));
  throw signal.reason;
}

/** Nobody waits for this failure any more, so it is told and not thrown. */
function leftOver(error: unknown, id: Uint8Array, { logger }: CallOptions): void {
  const code = SignError.is(error) ? error.code : 'unknown';
  logger?.warn('a creation that was aborted may have left objects on the token', { ckaId: hexText(id), code });
}

async function settled({ calls, id, classes }: Making, work: Promise<unknown>, options: CallOptions): Promise<void> {
  try {
    await work;
    return;
  } catch (error) {
    const found = await lookUp(calls, classes, id, options, error);
    if (found.length === classes.length) return;
    if (found.length > 0) await undo(calls, id, options, error);
    throw answered(error);
  }
}

/** The token has answered and has nothing under the id: its answer is what happened, and nothing about it is unknown any more. */
function answered(error: unknown): unknown {
  const { cause } = SignError.is(error, 'ERR_OUTCOME_UNKNOWN') ? error : {};
  return SignError.is(cause) && cause.details.upstreamCode !== undefined ? cause : error;
}

async function lookUp(
  calls: TokenCalls,
  classes: readonly number[],
  id: Uint8Array,
  options: CallOptions,
  why: unknown,
): Promise<FoundObject[]> {
  // A refusal leaves nothing, and asking would only hide it behind the next failure.
  if (SignError.is(why) && why.details.upstreamCode !== undefined && why.code !== 'ERR_OUTCOME_UNKNOWN' && !why.retryable)
    return [];
  try {
    return await objectsWithId(calls, classes, id, ownOptions(options));
  } catch (error) {
    throw new SignError('ERR_OUTCOME_UNKNOWN', `it is not known whether the token made objects with id ${hexText(id)}`, {
      cause: new AggregateError([why, error]),
      details: { ckaId: hexText(id), tokenLabel: calls.token.label },
    });
  }
}
