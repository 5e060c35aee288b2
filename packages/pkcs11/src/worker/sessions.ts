import { sessionFlags } from '../cryptoki/flags.js';
import { returnValues } from '../cryptoki/return-values.js';
import type { Native, NativeSession } from './native.js';
import { returnValueOf } from './native.js';
import { bufferOf, copyOf } from './native-values.js';
import type { Failure, SessionInfo, SessionNumber } from './wire.js';

export function openSession(native: Native, slot: Uint8Array, readWrite: boolean): SessionNumber {
  const flags = sessionFlags.SERIAL_SESSION | (readWrite ? sessionFlags.RW_SESSION : 0);
  const session: NativeSession = { handle: undefined, slot: bufferOf(copyOf(slot)), flags };
  session.handle = openNative(native, session);
  native.lastSession += 1;
  native.sessions.set(native.lastSession, session);
  return native.lastSession;
}

function openNative(native: Native, { slot, flags }: NativeSession): Buffer {
  native.method = 'C_OpenSession';
  return native.p11.C_OpenSession(slot, flags);
}

/** The native handle. A session that is lost, or was never opened here, is what the module would say of it. */
export function sessionHandle(native: Native, number: SessionNumber): Buffer {
  const handle = native.sessions.get(number)?.handle;
  if (handle) return handle;
  native.method = '';
  throw new Error(`CKR_SESSION_HANDLE_INVALID:${returnValues.CKR_SESSION_HANDLE_INVALID}`);
}

/** A session that the module has closed by itself, or that is lost, is closed: nothing is left to do. */
export function closeSession(native: Native, number: SessionNumber): undefined {
  const handle = native.sessions.get(number)?.handle;
  native.sessions.delete(number);
  if (handle) closeNative(native, handle);
}

function closeNative(native: Native, handle: Buffer): void {
  native.method = 'C_CloseSession';
  try {
    native.p11.C_CloseSession(handle);
  } catch (error) {
    // The module has no such session any more, or none of its functions works: both are for the next command to find out.
    if (returnValueOf(error) === 0) throw error;
  }
}

/**
 * Puts a new native session under a number, because an operation may have been left active on the old one, where every next one
 * would fail (`pkcs11.md` §6.2). The new one is opened first, so that the last session of a token is not closed, which is a logout; where there is
 * no room for one more, after.
 */
export function replaceSession(native: Native, number: SessionNumber): Pick<Failure, 'session' | 'reopen'> {
  const session = native.sessions.get(number);
  if (!session) return {};
  const old = session.handle;
  session.handle = undefined;
  try {
    session.handle = openNative(native, session);
    if (old) closeNative(native, old);
    return { session: 'replaced' };
  } catch (error) {
    if (returnValueOf(error) === 0) throw error;
  }
  if (old) closeNative(native, old);
  try {
    session.handle = openNative(native, session);
    return { session: 'replaced' };
  } catch (error) {
    return { session: 'lost', reopen: returnValueOf(error) };
  }
}

export function sessionInfo(native: Native, number: SessionNumber): SessionInfo {
  const handle = sessionHandle(native, number);
  native.method = 'C_GetSessionInfo';
  const { slotID, state, flags, deviceError } = native.p11.C_GetSessionInfo(handle);
  return { slot: copyOf(slotID), state, flags, deviceError };
}
