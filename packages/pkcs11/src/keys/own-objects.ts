import { type CallOptions, hexText, SignError } from '@securosys/core';
import { CKO } from '../cryptoki/attributes.js';
import type { FoundObject, TokenCalls } from '../token/token-calls.js';
import { objectTemplate } from './key-query.js';
import { isGoneHandle } from './use-key.js';

/** Options for putting things right after the caller has stopped waiting: nobody's signal and nobody's deadline. */
export function ownOptions({ logger }: CallOptions): CallOptions {
  return logger ? { logger } : {};
}

/** Every object with a CKA_ID of our own making, by class. */
export async function objectsWithId(
  calls: TokenCalls,
  classes: readonly number[],
  id: Uint8Array,
  options: CallOptions,
): Promise<FoundObject[]> {
  const found: FoundObject[] = [];
  for (const objectClass of classes) found.push(...(await calls.find(objectTemplate(objectClass, { id }), [], options)));
  return found;
}

/** Destroys an object; one that is gone already is no failure. */
export async function destroy(calls: TokenCalls, { handle }: Pick<FoundObject, 'handle'>, options: CallOptions): Promise<void> {
  try {
    await calls.destroyObject(handle, options);
  } catch (error) {
    if (!isGoneHandle(error)) throw error;
  }
}

/**
 * Removes what a failed call has left under its fresh CKA_ID. When that fails too, the caller is told which id to look for.
 * @throws SignError `ERR_OUTCOME_UNKNOWN` with `details.ckaId`
 */
export async function undo(calls: TokenCalls, id: Uint8Array, options: CallOptions, why: unknown): Promise<void> {
  try {
    const found = await objectsWithId(calls, [CKO.PRIVATE_KEY, CKO.PUBLIC_KEY, CKO.SECRET_KEY], id, ownOptions(options));
    for (const object of found) await destroy(calls, object, ownOptions(options));
  } catch (error) {
    throw new SignError(
      'ERR_OUTCOME_UNKNOWN',
      `what a failed call made could not be removed: look for objects with id ${hexText(id)} on the token`,
      { cause: new AggregateError([why, error]), details: { ckaId: hexText(id), tokenLabel: calls.token.label } },
    );
  }
}
