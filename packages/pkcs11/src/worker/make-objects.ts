import type { Mechanism } from '../token/mechanism.js';
import type { Template } from '../token/template.js';
import type { Native } from './native.js';
import { bufferOf, copyOf, nativeMechanism, nativeTemplate } from './native-values.js';
import { sessionHandle } from './sessions.js';
import type { GenerateKeyPairCommand, Results, SessionNumber, UnwrapCommand } from './wire.js';

export function generateKeyPair(native: Native, command: GenerateKeyPairCommand): Results['generateKeyPair'] {
  const session = sessionHandle(native, command.session);
  const mechanism = nativeMechanism(command.mechanism, session);
  const [publicTemplate, privateTemplate] = [command.publicTemplate, command.privateTemplate].map(nativeTemplate);
  native.method = 'C_GenerateKeyPair';
  const keys = native.p11.C_GenerateKeyPair(session, mechanism, publicTemplate ?? [], privateTemplate ?? []);
  return { publicKey: copyOf(keys.publicKey), privateKey: copyOf(keys.privateKey) };
}

export function generateKey(native: Native, number: SessionNumber, mechanism: Mechanism, template: Template): Uint8Array {
  const session = sessionHandle(native, number);
  const [parameters, attributes] = [nativeMechanism(mechanism, session), nativeTemplate(template)];
  native.method = 'C_GenerateKey';
  return copyOf(native.p11.C_GenerateKey(session, parameters, attributes));
}

export function createObject(native: Native, number: SessionNumber, template: Template): Uint8Array {
  const session = sessionHandle(native, number);
  const attributes = nativeTemplate(template);
  native.method = 'C_CreateObject';
  return copyOf(native.p11.C_CreateObject(session, attributes));
}

export function destroyObject(native: Native, number: SessionNumber, object: Uint8Array): undefined {
  const session = sessionHandle(native, number);
  native.method = 'C_DestroyObject';
  native.p11.C_DestroyObject(session, bufferOf(object));
}

export function unwrapKey(native: Native, command: UnwrapCommand): Uint8Array {
  const session = sessionHandle(native, command.session);
  const mechanism = nativeMechanism(command.mechanism, session);
  const attributes = nativeTemplate(command.template);
  native.method = 'C_UnwrapKey';
  const wrapped = bufferOf(command.wrapped);
  return copyOf(native.p11.C_UnwrapKey(session, mechanism, bufferOf(command.unwrapping), wrapped, attributes));
}
