import type { SignErrorCode } from '@securosys/core';
import { type ReturnValueName, returnValues } from '../cryptoki/return-values.js';

/** What a return value means to the caller: the code, what to do, and whether the same call may succeed later. */
export interface Verdict {
  readonly code: SignErrorCode;
  readonly advice: string;
  readonly retryable: boolean;
}

const table = new Map<number, Verdict>();
const say = (code: SignErrorCode, retryable: boolean, advice: string, ...names: ReturnValueName[]) => {
  for (const name of names) table.set(returnValues[name], { code, advice, retryable });
};

// The rows of pkcs11.md §6.4, and the 3.0 values that belong to the same rows.
say(
  'ERR_UNAVAILABLE',
  true,
  'the token is not there: check the device, its network and its client configuration',
  'CKR_DEVICE_REMOVED',
  'CKR_TOKEN_NOT_PRESENT',
  'CKR_TOKEN_NOT_RECOGNIZED',
  'CKR_SLOT_ID_INVALID',
);
say('ERR_UNAVAILABLE', true, 'the session was lost; call again', 'CKR_SESSION_HANDLE_INVALID', 'CKR_SESSION_CLOSED');
say('ERR_AUTHENTICATION', true, 'the token was logged out by somebody else; call again', 'CKR_USER_NOT_LOGGED_IN');
say(
  'ERR_KEY_NOT_FOUND',
  false,
  'the object is no longer on the token',
  'CKR_OBJECT_HANDLE_INVALID',
  'CKR_KEY_HANDLE_INVALID',
  'CKR_WRAPPING_KEY_HANDLE_INVALID',
  'CKR_UNWRAPPING_KEY_HANDLE_INVALID',
);
say(
  'ERR_PROTOCOL',
  false,
  'the module does not keep to the standard; report it to its maker',
  'CKR_OPERATION_ACTIVE',
  'CKR_OPERATION_NOT_INITIALIZED',
  'CKR_OPERATION_CANCEL_FAILED',
  'CKR_BUFFER_TOO_SMALL',
);
say('ERR_UNAVAILABLE', true, 'the device failed; look into its log', 'CKR_DEVICE_ERROR', 'CKR_FUNCTION_FAILED');
say('ERR_UNAVAILABLE', false, 'the module failed and does not say why; look into its log', 'CKR_GENERAL_ERROR');
say(
  'ERR_UNAVAILABLE',
  true,
  'the module was shut down by other code in this process; call again',
  'CKR_CRYPTOKI_NOT_INITIALIZED',
);
say(
  'ERR_UNAVAILABLE',
  true,
  'the device or this host has no room for it; use fewer lanes or processes, or call later',
  'CKR_SESSION_COUNT',
  'CKR_DEVICE_MEMORY',
  'CKR_HOST_MEMORY',
  'CKR_TOKEN_RESOURCE_EXCEEDED',
);
say(
  'ERR_AUTHENTICATION',
  false,
  'the PIN is wrong, and is not tried again: put it right, and where it comes from no file call forgetPinFailure',
  'CKR_PIN_INCORRECT',
  'CKR_PIN_INVALID',
  'CKR_PIN_LEN_RANGE',
);
say('ERR_AUTHENTICATION', false, 'the PIN is locked; the security officer of the token unlocks it', 'CKR_PIN_LOCKED');
say(
  'ERR_AUTHENTICATION',
  false,
  'the PIN has expired; change it with the tool of the token',
  'CKR_PIN_EXPIRED',
  'CKR_NEW_PIN_MODE',
);
say('ERR_AUTHENTICATION', false, 'the token has no user PIN yet; the security officer sets one', 'CKR_USER_PIN_NOT_INITIALIZED');
say(
  'ERR_CONFLICT',
  false,
  'other code in this process is logged in to the token as somebody else',
  'CKR_USER_ANOTHER_ALREADY_LOGGED_IN',
  'CKR_USER_TOO_MANY_TYPES',
  'CKR_SESSION_READ_WRITE_SO_EXISTS',
);
say(
  'ERR_ALGORITHM_UNSUPPORTED',
  false,
  'the token, or its policy, does not have this for a key of this type and size',
  'CKR_MECHANISM_INVALID',
  'CKR_MECHANISM_PARAM_INVALID',
  'CKR_KEY_TYPE_INCONSISTENT',
  'CKR_KEY_SIZE_RANGE',
  'CKR_CURVE_NOT_SUPPORTED',
  'CKR_DOMAIN_PARAMS_INVALID',
  'CKR_FUNCTION_NOT_SUPPORTED',
  'CKR_ARGUMENTS_BAD',
  'CKR_WRAPPING_KEY_TYPE_INCONSISTENT',
  'CKR_WRAPPING_KEY_SIZE_RANGE',
  'CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT',
  'CKR_UNWRAPPING_KEY_SIZE_RANGE',
);
say(
  'ERR_KEY_NOT_USABLE',
  false,
  'the attributes of the key, or a policy of the token, forbid it; a key that needs approvals is used through the REST backend',
  'CKR_KEY_FUNCTION_NOT_PERMITTED',
  'CKR_ACTION_PROHIBITED',
  'CKR_FUNCTION_REJECTED',
  'CKR_KEY_EXHAUSTED',
);
say(
  'ERR_KEY_NOT_USABLE',
  false,
  'the key does not leave the token: it is sensitive or not extractable',
  'CKR_ATTRIBUTE_SENSITIVE',
  'CKR_KEY_UNEXTRACTABLE',
  'CKR_KEY_NOT_WRAPPABLE',
);
say(
  'ERR_INVALID_ARGUMENT',
  false,
  'the token does not take these attributes',
  'CKR_ATTRIBUTE_TYPE_INVALID',
  'CKR_ATTRIBUTE_VALUE_INVALID',
  'CKR_ATTRIBUTE_READ_ONLY',
  'CKR_TEMPLATE_INCOMPLETE',
  'CKR_TEMPLATE_INCONSISTENT',
  'CKR_PUBLIC_KEY_INVALID',
);
say(
  'ERR_INVALID_ARGUMENT',
  false,
  'the token does not take this input',
  'CKR_DATA_INVALID',
  'CKR_DATA_LEN_RANGE',
  'CKR_WRAPPED_KEY_INVALID',
  'CKR_WRAPPED_KEY_LEN_RANGE',
);
say(
  'ERR_FORBIDDEN',
  false,
  'the session or the token is read-only',
  'CKR_SESSION_READ_ONLY',
  'CKR_SESSION_READ_ONLY_EXISTS',
  'CKR_TOKEN_WRITE_PROTECTED',
);
say('ERR_UNAVAILABLE', false, 'somebody cancelled it at the device', 'CKR_FUNCTION_CANCELED', 'CKR_CANCEL');
say(
  'ERR_CAPABILITY_MISSING',
  false,
  'the module cannot be used by several threads: run its sole user in a process of its own',
  'CKR_CANT_LOCK',
  'CKR_NEED_TO_CREATE_THREADS',
);

// Securosys Primus (pkcs11.md §4.6): the numbers that have a row of their own there.
const vendor: readonly (readonly [number, ReturnValueName])[] = [
  [0x8000000b, 'CKR_PIN_INCORRECT'],
  [0x80000018, 'CKR_SESSION_COUNT'],
  [0x80000037, 'CKR_PIN_EXPIRED'],
];
for (const [code, like] of vendor) table.set(code, table.get(returnValues[like])!);

const unknown: Verdict = {
  code: 'ERR_PROTOCOL',
  advice: 'the manual of the module tells what this return value means',
  retryable: false,
};

/** Functions that take a mechanism: there, bad arguments are a mechanism or parameter that the module does not have. */
const takesMechanism = /Init$|^C_(Generate|Derive|Wrap|Unwrap)/;

/** What CKR `code`, returned by the function `method`, means to the caller. */
export const verdictOn = (code: number, method: string): Verdict =>
  code === returnValues.CKR_ARGUMENTS_BAD && !takesMechanism.test(method) ? unknown : (table.get(code) ?? unknown);
