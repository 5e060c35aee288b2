import { osLockingOk, userTypes } from '../cryptoki/flags.js';
import { isReturnValue, type Native } from './native.js';
import { sessionHandle } from './sessions.js';
import type { Results, SessionNumber } from './wire.js';

/** `C_Initialize`. Somebody else having done so already is no failure, but then it is not ours to end. */
export function initialize(native: Native, parameters: string | undefined): Results['initialize'] {
  native.method = 'C_Initialize';
  try {
    native.p11.C_Initialize({
      flags: osLockingOk,
      // pkcs11js loses the last character (`pkcs11.md` §1.4).
      ...(parameters !== undefined ? { libraryParameters: `${parameters} ` } : {}),
    });
    return { owned: true };
  } catch (error) {
    if (isReturnValue(error, 'CKR_CRYPTOKI_ALREADY_INITIALIZED')) return { owned: false };
    throw error;
  }
}

export function finalize(native: Native): undefined {
  native.sessions.clear();
  native.method = 'C_Finalize';
  native.p11.C_Finalize();
}

/** One attempt and no other: what the module says of a PIN is for the latch above. */
export function login(native: Native, number: SessionNumber, pin: string): Results['login'] {
  const session = sessionHandle(native, number);
  native.method = 'C_Login';
  try {
    native.p11.C_Login(session, userTypes.USER, pin);
    return 'done';
  } catch (error) {
    if (isReturnValue(error, 'CKR_USER_ALREADY_LOGGED_IN')) return 'already';
    throw error;
  }
}

export function logout(native: Native, number: SessionNumber): undefined {
  const session = sessionHandle(native, number);
  native.method = 'C_Logout';
  native.p11.C_Logout(session);
}
