import { SignError, type SignErrorCode } from '@securosys/core';

/** Errors after which nothing else is tried: somebody said no, people were asked, or nobody knows whether they were. */
const final: ReadonlySet<SignErrorCode> = new Set([
  'ERR_APPROVAL_PENDING',
  'ERR_APPROVAL_REJECTED',
  'ERR_VETOED',
  'ERR_OUTCOME_UNKNOWN',
  'ERR_INVALID_ARGUMENT',
]);

/** One way to open a layer; `undefined` when it is none. */
export type Attempt = () => Promise<Uint8Array | undefined>;

/**
 * The first result, trying one after the other: each attempt may ask people.
 * @returns `undefined` when no attempt was one
 * @throws the first failure that says more than that something does not open, or else the first; at once when it is final
 */
export async function firstResult(attempts: Iterable<Attempt>): Promise<Uint8Array | undefined> {
  let failure: SignError | undefined;
  for (const attempt of attempts) {
    try {
      const result = await attempt();
      if (result) return result;
    } catch (error) {
      if (!SignError.is(error) || final.has(error.code)) throw error;
      if (!failure || failure.code === 'ERR_REQUEST_FAILED') failure = error;
    }
  }
  if (failure) throw failure;
  return undefined;
}
