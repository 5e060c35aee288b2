import { SignError, sanitizeText } from '@securosys/core';
import { type ReturnValueName, returnValueName, returnValues as rv } from '../cryptoki/return-values.js';
import type { PinFailure, TokenName } from './pin-failures.js';

/** Return values that say that this PIN will not do however often it is tried (`pkcs11.md` §6.4), those of Primus among them. */
const refusals: ReadonlySet<number> = new Set([
  rv.CKR_PIN_INCORRECT,
  rv.CKR_PIN_INVALID,
  rv.CKR_PIN_LEN_RANGE,
  rv.CKR_PIN_EXPIRED,
  rv.CKR_PIN_LOCKED,
  rv.CKR_USER_PIN_NOT_INITIALIZED,
  // Primus: wrong PIN, password expired.
  0x8000_000b,
  0x8000_0037,
]);

/** Name of the return value by which an attempt said that its PIN will not do; `undefined` for any other failure. */
function pinRefusal(error: unknown): string | undefined {
  if (!SignError.is(error)) return undefined;
  const { upstreamCode, latched } = error.details;
  // Nothing was tried, and nothing new is known.
  if (latched === true) return undefined;
  return upstreamCode !== undefined && refusals.has(upstreamCode) ? returnValueName(upstreamCode) : undefined;
}

/** Stands for the return value of an attempt that has none. */
const noAnswer = 'it was not answered';

/** Whether an attempt ended without an answer: the PIN may have been tried, and may be wrong. */
function isUnanswered(error: unknown): boolean {
  return SignError.is(error) && error.details.unanswered === true;
}

/** What is remembered of a failed attempt; `undefined` where the PIN may be tried again. */
export const failureOf = (error: unknown, proven: boolean): string | undefined =>
  pinRefusal(error) ?? (isUnanswered(error) && !proven ? noAnswer : undefined);

/** Number of a return value of the standard, by its name in a record. */
const numberOf = (ckr: string): { readonly upstreamCode?: number } =>
  Object.hasOwn(rv, ckr) ? { upstreamCode: rv[ckr as ReturnValueName] } : {};

/** Says that nothing was tried, and what lets it be tried. */
export function triedBefore({ label }: TokenName, { ckr }: PinFailure, source: string, place: string | undefined): SignError {
  const remove = place === undefined ? '' : `, or remove the file ${sanitizeText(place, 400)}`;
  const message = `token '${sanitizeText(label, 40)}' was not asked: the PIN of ${source} failed before (${ckr}), and a wrong PIN is never tried twice`;
  const remedy = `put it right, then call forgetPinFailure${remove}`;
  return new SignError('ERR_AUTHENTICATION', `${message}; ${remedy}`, {
    details: { tokenLabel: label, ...(ckr !== noAnswer && { upstreamName: ckr }), ...numberOf(ckr), latched: true },
  });
}
