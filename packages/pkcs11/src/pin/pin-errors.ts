import { SignError, sanitizeText } from '@securosys/core';
import type { PinFailure, TokenName } from './pin-failures.js';

/** Return values that say that this PIN will not do however often it is tried (`pkcs11.md` §6.4), those of Primus among them. */
const refusals: ReadonlyMap<number, string> = new Map([
  [0xa0, 'CKR_PIN_INCORRECT'],
  [0xa1, 'CKR_PIN_INVALID'],
  [0xa2, 'CKR_PIN_LEN_RANGE'],
  [0xa3, 'CKR_PIN_EXPIRED'],
  [0xa4, 'CKR_PIN_LOCKED'],
  [0x102, 'CKR_USER_PIN_NOT_INITIALIZED'],
  [0x8000_000b, 'CKR_VENDOR_DEFINED (wrong PIN)'],
  [0x8000_0037, 'CKR_VENDOR_DEFINED (password expired)'],
]);

/** Name of the return value by which an attempt said that its PIN will not do; `undefined` for any other failure. */
export function pinRefusal(error: unknown): string | undefined {
  return SignError.is(error) && error.details.upstreamCode !== undefined ? refusals.get(error.details.upstreamCode) : undefined;
}

/** Says that nothing was tried, and what lets it be tried. */
export function triedBefore({ label }: TokenName, { ckr }: PinFailure, source: string, place: string | undefined): SignError {
  const remove = place === undefined ? '' : `, or remove ${sanitizeText(place, 400)}`;
  const message = `token '${sanitizeText(label, 40)}' was not asked: the PIN of ${source} failed before (${ckr}), and a wrong PIN is never tried twice`;
  const remedy = `put it right, then call forgetPinFailure${remove}`;
  return new SignError('ERR_AUTHENTICATION', `${message}; ${remedy}`, {
    details: { tokenLabel: label, upstreamName: ckr, latched: true },
  });
}
