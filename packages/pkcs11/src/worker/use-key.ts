import { CKA } from '../cryptoki/attributes.js';
import { userTypes } from '../cryptoki/flags.js';
import { returnValues } from '../cryptoki/return-values.js';
import { isReturnValue, type Native } from './native.js';
import { bufferOf, copyOf, nativeMechanism, nativeTemplate } from './native-values.js';
import { readAttributes } from './read-attributes.js';
import { replaceSession, sessionHandle } from './sessions.js';
import type { DeriveCommand, UseCommand, WrapCommand } from './wire.js';

/** A module always gets so much room for a result: one that is longer than it should be is refused by its length, and by nothing else. */
const leastBytes = 1_024;
/** Room for some tens of signatures. */
const roomBytes = 16_384;

/** Where results are written: never smaller than asked for, so that no module has to say CKR_BUFFER_TOO_SMALL. */
function scratch(native: Native, bytes: number): Buffer {
  if (native.scratch.length < Math.max(bytes, leastBytes)) native.scratch = Buffer.allocUnsafeSlow(Math.max(bytes, leastBytes));
  return native.scratch;
}

/**
 * `C_SignInit` and `C_Sign`, or the same with `Encrypt` or `Decrypt`.
 * @returns a plaintext or a ciphertext in memory of its own; a signature beside others, in memory that nothing is written to any more
 */
export function useKey(native: Native, command: UseCommand): Uint8Array {
  beginUse(native, command);
  const { op, data, contextPin } = command;
  const session = sessionHandle(native, command.session);
  if (contextPin !== undefined) {
    native.method = 'C_Login';
    native.p11.C_Login(session, userTypes.CONTEXT_SPECIFIC, contextPin);
  }
  const input = nativeInput(data);
  if (op === 'sign') return signed(native, session, input, command.bytes);
  return op === 'encrypt' ? encrypted(native, session, input, command.bytes) : decrypted(native, session, input, command.bytes);
}

function signed(native: Native, session: Buffer, input: Buffer, bytes: number): Buffer {
  const most = Math.max(bytes, leastBytes);
  if (native.room.length - native.used < most) {
    native.room = Buffer.allocUnsafeSlow(Math.max(most, roomBytes));
    native.used = 0;
  }
  native.method = 'C_Sign';
  const signature = native.p11.C_Sign(session, input, native.room.subarray(native.used, native.used + most));
  native.active = false;
  native.used += signature.length;
  return signature;
}

function encrypted(native: Native, session: Buffer, input: Buffer, bytes: number): Uint8Array {
  native.method = 'C_Encrypt';
  const result = copyOf(native.p11.C_Encrypt(session, input, scratch(native, bytes)));
  native.active = false;
  return result;
}

function decrypted(native: Native, session: Buffer, input: Buffer, bytes: number): Uint8Array {
  native.method = 'C_Decrypt';
  const result = native.p11.C_Decrypt(session, input, scratch(native, bytes));
  native.active = false;
  const own = copyOf(result);
  result.fill(0);
  return own;
}

/** An empty view has a null pointer, which modules refuse, unless it is a view of something. */
function nativeInput(data: Uint8Array): Buffer {
  return data.length > 0 ? bufferOf(data) : Buffer.allocUnsafeSlow(1).subarray(0, 0);
}

/** CKR_OPERATION_ACTIVE means that an earlier failure was missed: once, on a new session, and not again. */
function beginUse(native: Native, command: UseCommand): void {
  try {
    initialiseUse(native, command);
  } catch (error) {
    if (!isReturnValue(error, 'CKR_OPERATION_ACTIVE')) throw error;
    replaceSession(native, command.session);
    initialiseUse(native, command);
  }
  native.active = true;
}

const initialisations = { sign: 'C_SignInit', encrypt: 'C_EncryptInit', decrypt: 'C_DecryptInit' } as const;

function initialiseUse(native: Native, { op, session, key, mechanism }: UseCommand): void {
  const handle = sessionHandle(native, session);
  const parameters = nativeMechanism(mechanism, handle);
  native.method = initialisations[op];
  native.p11[initialisations[op]](handle, parameters, bufferOf(key));
}

/** The derived key is read and destroyed, whether it could be read or not. */
export function deriveSecret(native: Native, { session, key, mechanism, template }: DeriveCommand): Uint8Array {
  const handle = sessionHandle(native, session);
  const [parameters, attributes] = [nativeMechanism(mechanism, handle), nativeTemplate(template)];
  native.method = 'C_DeriveKey';
  const secret = native.p11.C_DeriveKey(handle, parameters, bufferOf(key), attributes);
  try {
    const value = readAttributes(native, handle, secret, [CKA.VALUE]).get(CKA.VALUE);
    if (value) return value;
    throw new Error(`CKR_ATTRIBUTE_SENSITIVE:${returnValues.CKR_ATTRIBUTE_SENSITIVE}`);
  } finally {
    const { method } = native;
    native.p11.C_DestroyObject(handle, secret);
    native.method = method;
  }
}

export function wrapKey(native: Native, { session, wrapping, mechanism, key, bytes }: WrapCommand): Uint8Array {
  const handle = sessionHandle(native, session);
  const parameters = nativeMechanism(mechanism, handle);
  native.method = 'C_WrapKey';
  return copyOf(native.p11.C_WrapKey(handle, parameters, bufferOf(wrapping), bufferOf(key), scratch(native, bytes)));
}
