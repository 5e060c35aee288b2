import { SignError } from '@securosys/core';
import { returnValues } from '../cryptoki/return-values.js';

function refusedWith(error: unknown, codes: readonly number[]): boolean {
  return SignError.is(error) && error.details.upstreamCode !== undefined && codes.includes(error.details.upstreamCode);
}

/**
 * The module does not know an attribute of the template, or not together with the others. NSS says CKR_GENERAL_ERROR, because its database
 * has no column for CKA_COPYABLE (measured, NSS 3.87), so this alone does not prove that nothing was made.
 */
export function refusesAttributes(error: unknown): boolean {
  return refusedWith(error, [
    returnValues.CKR_ATTRIBUTE_TYPE_INVALID,
    // SoftHSM 2.6 for CKA_COPYABLE of a key that it unwraps (measured).
    returnValues.CKR_ATTRIBUTE_READ_ONLY,
    returnValues.CKR_TEMPLATE_INCONSISTENT,
    returnValues.CKR_GENERAL_ERROR,
  ]);
}

/** The module does not know the curve by the way it was written (`pkcs11.md` §6.8). */
export function refusesCurve(error: unknown): boolean {
  return refusedWith(error, [
    returnValues.CKR_ATTRIBUTE_VALUE_INVALID,
    returnValues.CKR_MECHANISM_PARAM_INVALID,
    returnValues.CKR_TEMPLATE_INCOMPLETE,
    returnValues.CKR_CURVE_NOT_SUPPORTED,
  ]);
}
