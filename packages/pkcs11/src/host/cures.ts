import { returnValues as rv } from '../cryptoki/return-values.js';
import { isOpaque } from './errors.js';
import type { HostFailure } from './outcome.js';

/**
 * What can be done about a failure before it is told (`pkcs11.md` §6.4, §6.5):
 * `session` a new session, `login` log in again, `handle` look the object up again, `slot` find the token again (level 2), `module` initialise
 * the module again (level 3), `room` fewer lanes and some patience, `none` nothing.
 */
export type Cure = 'none' | 'session' | 'login' | 'handle' | 'slot' | 'module' | 'room';

const cures = new Map<number, Cure>([
  [rv.CKR_DEVICE_REMOVED, 'slot'],
  [rv.CKR_TOKEN_NOT_PRESENT, 'slot'],
  [rv.CKR_TOKEN_NOT_RECOGNIZED, 'slot'],
  [rv.CKR_SLOT_ID_INVALID, 'slot'],
  [rv.CKR_SESSION_HANDLE_INVALID, 'session'],
  [rv.CKR_SESSION_CLOSED, 'session'],
  [rv.CKR_OPERATION_ACTIVE, 'session'],
  [rv.CKR_OPERATION_NOT_INITIALIZED, 'session'],
  [rv.CKR_BUFFER_TOO_SMALL, 'session'],
  [rv.CKR_DEVICE_ERROR, 'session'],
  [rv.CKR_FUNCTION_FAILED, 'session'],
  [rv.CKR_GENERAL_ERROR, 'session'],
  [rv.CKR_USER_NOT_LOGGED_IN, 'login'],
  [rv.CKR_OBJECT_HANDLE_INVALID, 'handle'],
  [rv.CKR_KEY_HANDLE_INVALID, 'handle'],
  [rv.CKR_WRAPPING_KEY_HANDLE_INVALID, 'handle'],
  [rv.CKR_UNWRAPPING_KEY_HANDLE_INVALID, 'handle'],
  [rv.CKR_CRYPTOKI_NOT_INITIALIZED, 'module'],
  [rv.CKR_SESSION_COUNT, 'room'],
  [rv.CKR_DEVICE_MEMORY, 'room'],
  [rv.CKR_HOST_MEMORY, 'room'],
  [rv.CKR_TOKEN_RESOURCE_EXCEEDED, 'room'],
  [0x80000018, 'room'],
]);

/**
 * The cure for a failure of `operation`. Failures of a decryption that say something of the ciphertext have none, so that all make one
 * call (S16).
 */
export function cureFor(operation: string, failure: HostFailure): Cure {
  if (failure.worker) return 'session';
  return isOpaque(operation, failure.code) ? 'none' : (cures.get(failure.code) ?? 'none');
}

/** After these the module may have done what it was asked to: never repeat what changes the token. */
const ambiguous: ReadonlySet<number> = new Set([
  rv.CKR_DEVICE_REMOVED,
  rv.CKR_TOKEN_NOT_PRESENT,
  rv.CKR_SESSION_CLOSED,
  rv.CKR_DEVICE_ERROR,
  rv.CKR_FUNCTION_FAILED,
  rv.CKR_GENERAL_ERROR,
  rv.CKR_HOST_MEMORY,
  rv.CKR_DEVICE_MEMORY,
  rv.CKR_BUFFER_TOO_SMALL,
  rv.CKR_FUNCTION_CANCELED,
]);

/** Whether it is open after this failure if the call had an effect. */
export const isAmbiguous = (failure: HostFailure): boolean => failure.worker !== undefined || ambiguous.has(failure.code);

/** Three of these in a row, and the token is looked for anew. Others may be the fault of one caller's arguments. */
export const isDeviceError = (operation: string, { code }: HostFailure): boolean =>
  code === rv.CKR_DEVICE_ERROR || (code === rv.CKR_FUNCTION_FAILED && !isOpaque(operation, code));
