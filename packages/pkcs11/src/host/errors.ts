import { SignError, type SignErrorDetails, sanitizeText } from '@securosys/core';
import { returnValueName, returnValues as rv } from '../cryptoki/return-values.js';
import type { LoadFailure } from '../worker/wire.js';
import type { HostFailure } from './outcome.js';
import { verdictOn } from './verdicts.js';

/** What was being done, for the error. */
export interface FailureContext {
  /** In the words of the seam: `sign`, `find`, `login`. */
  readonly operation: string;
  readonly tokenLabel?: string;
}

/**
 * Return values of a decryption that depend on the ciphertext. They look alike, whichever it was, and none is tried again: otherwise the
 * caller of the caller could tell what was wrong with the padding (S16).
 */
const oracle: ReadonlySet<number> = new Set([
  rv.CKR_ENCRYPTED_DATA_INVALID,
  rv.CKR_ENCRYPTED_DATA_LEN_RANGE,
  rv.CKR_AEAD_DECRYPT_FAILED,
  rv.CKR_DATA_INVALID,
  rv.CKR_DATA_LEN_RANGE,
  rv.CKR_GENERAL_ERROR,
  rv.CKR_FUNCTION_FAILED,
]);

/** Whether this failure of a decryption must say nothing. */
export const isOpaque = (operation: string, code: number): boolean => operation === 'decrypt' && oracle.has(code);

/** The `SignError` of a failed command (`pkcs11.md` §6.4), with CKR name and number in its details and what to do in its message. */
export function signError(failure: HostFailure, { operation, tokenLabel }: FailureContext): SignError {
  const where = tokenLabel === undefined ? operation : `${operation} on token '${sanitizeText(tokenLabel, 40)}'`;
  const facts: SignErrorDetails = { operation, ...(tokenLabel === undefined ? {} : { tokenLabel }) };
  if (isOpaque(operation, failure.code))
    return new SignError('ERR_REQUEST_FAILED', 'the ciphertext cannot be decrypted with this key', { details: facts });
  if (failure.worker === 'stuck')
    return new SignError('ERR_TIMEOUT', `${where}: the module did not answer in time; its device may hang`, {
      details: { ...facts, unanswered: true },
    });
  if (failure.worker === 'exit')
    return new SignError('ERR_UNAVAILABLE', `${where}: the thread that called the module has ended${said(failure)}`, {
      details: { ...facts, unanswered: true },
    });
  if (failure.code === 0)
    return new SignError('ERR_PROTOCOL', `${where}: the call could not be made${said(failure)}`, { details: facts });
  const { code, advice, retryable } = verdictOn(failure.code, failure.method);
  const name = failure.name || returnValueName(failure.code);
  const number = `0x${failure.code.toString(16).padStart(2, '0')}`;
  const method = failure.method ? `${sanitizeText(failure.method, 40)} returned ` : '';
  return new SignError(code, `${where}: ${method}${name} (${number}): ${advice}`, {
    retryable,
    details: { ...facts, upstreamName: name, upstreamCode: failure.code, ...(failure.method ? { method: failure.method } : {}) },
  });
}

/**
 * The error of a call that may have changed the token although it failed: look for the object by the `ckaId` (hex) that was chosen for it,
 * then decide (`pkcs11.md` §6.4).
 */
export function outcomeUnknown(failure: HostFailure, context: FailureContext, ckaId?: string): SignError {
  const cause = signError(failure, context);
  return new SignError('ERR_OUTCOME_UNKNOWN', `it is not known whether the token did it. ${cause.message}`, {
    cause,
    details: { ...cause.details, ...(ckaId === undefined ? {} : { ckaId }) },
  });
}

/** Why a worker could not load pkcs11js or the module. */
export function loadError({ stage, text }: LoadFailure, module: string): SignError {
  // Node goes on with the stack of requires.
  const why = sanitizeText(text.split('\n', 1)[0] ?? '', 300);
  return stage === 'addon'
    ? new SignError(
        'ERR_CAPABILITY_MISSING',
        `pkcs11js cannot be loaded: install it (npm install pkcs11js), or build it for this Node (npm rebuild pkcs11js): ${why}`,
      )
    : new SignError(
        'ERR_INVALID_ARGUMENT',
        `'${sanitizeText(module, 200)}' is not a PKCS#11 library that this process can load: ${why}`,
      );
}

const said = ({ text }: HostFailure): string => (text ? `: ${sanitizeText(text, 200)}` : '');
