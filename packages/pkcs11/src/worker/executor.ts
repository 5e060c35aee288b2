import { returnValues } from '../cryptoki/return-values.js';
import { findObjects, findRest, readObject } from './find-objects.js';
import { createObject, destroyObject, generateKey, generateKeyPair, unwrapKey } from './make-objects.js';
import { finalize, initialize, login, logout } from './module-calls.js';
import { failureOf, type Native } from './native.js';
import { closeSession, openSession, replaceSession, sessionInfo } from './sessions.js';
import { libraryInfo, mechanismInfos, slotInfos, tokenInfo } from './token-infos.js';
import { deriveSecret, useKey, wrapKey } from './use-key.js';
import type { Answer, Command, Failure, Request, Results } from './wire.js';

/** Runs one command to its end, on this thread. Never throws. */
export function runRequest(native: Native, { id, command }: Request): Answer {
  native.active = false;
  native.method = '';
  try {
    return { id, value: runCommand(native, command) };
  } catch (error) {
    return { id, failure: settled(native, command, error) };
  }
}

/** Codes after which a session is of no use, whatever returned them. */
const sessionGone: readonly number[] = [
  returnValues.CKR_SESSION_CLOSED,
  returnValues.CKR_SESSION_HANDLE_INVALID,
  returnValues.CKR_OPERATION_ACTIVE,
];

/** The failure, after the session that may have an operation left on it was replaced. */
function settled(native: Native, command: Command, error: unknown): Failure {
  const failure = failureOf(native, error);
  if (!('session' in command) || !(native.active || sessionGone.includes(failure.code))) return failure;
  return { ...failure, ...replaceSession(native, command.session) };
}

function runCommand(native: Native, command: Command): Results[Command['op']] {
  switch (command.op) {
    case 'sign':
    case 'encrypt':
    case 'decrypt':
      return useKey(native, command);
    case 'initialize':
      return initialize(native, command.parameters);
    case 'finalize':
      return finalize(native);
    case 'libraryInfo':
      return libraryInfo(native);
    case 'slots':
      return slotInfos(native);
    case 'tokenInfo':
      return tokenInfo(native, command.slot);
    case 'mechanisms':
      return mechanismInfos(native, command.slot);
    case 'openSession':
      return openSession(native, command.slot, command.readWrite);
    case 'closeSession':
      return closeSession(native, command.session);
    case 'sessionInfo':
      return sessionInfo(native, command.session);
    case 'login':
      return login(native, command.session, command.pin);
    case 'logout':
      return logout(native, command.session);
    case 'find':
      return findObjects(native, command);
    case 'findRest':
      return findRest(native, command);
    case 'read':
      return readObject(native, command.session, command.object, command.read);
    case 'deriveSecret':
      return deriveSecret(native, command);
    case 'generateKeyPair':
      return generateKeyPair(native, command);
    case 'generateKey':
      return generateKey(native, command.session, command.mechanism, command.template);
    case 'createObject':
      return createObject(native, command.session, command.template);
    case 'destroyObject':
      return destroyObject(native, command.session, command.object);
    case 'wrapKey':
      return wrapKey(native, command);
    case 'unwrapKey':
      return unwrapKey(native, command);
  }
}
