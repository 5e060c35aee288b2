import type { CallOptions } from '@securosys/core';
import { toCharArray } from '../api/char-array.js';
import { keyEndpoints } from '../api/endpoints-keys.js';
import type { CallEndpoint } from './calls.js';
import { deriveRequest } from './derived-key.js';
import { importRequest, seedRequest } from './imported-key.js';
import type { KeySafetyOptions } from './key-safety.js';
import { type KeyCallOptions, named, type TsbExportedKey, type TsbKeys, type TsbPasswordChange } from './keys.js';
import { type CreateKeyOptions, createRequest } from './new-key.js';
import { checkCallOptions, checkObject } from './options.js';
import { answeredBytes, checkRequest, someAnsweredBytes } from './wire-values.js';

/** Parts the exceptions from the safety rules from the options of a call. */
function safetyOf(where: string, given: CreateKeyOptions): readonly [KeySafetyOptions, CallOptions] {
  checkObject(`options of ${where}`, given);
  const { allowUnprotectedModify = false, allowEndlessApprovals = false, allowSignAndDecrypt = false, ...options } = given;
  checkCallOptions(where, options);
  return [{ allowUnprotectedModify, allowEndlessApprovals, allowSignAndDecrypt }, options];
}

async function exported(call: CallEndpoint, label: string, given: KeyCallOptions): Promise<TsbExportedKey> {
  const answer = await call(keyEndpoints.exportKey, ...named(label, given, 'keys.export'));
  const parts = (['privateKey', 'publicKey', 'secretKey'] as const).flatMap((name) => {
    const bytes = someAnsweredBytes(answer[name], name);
    return bytes ? [[name, bytes] as const] : [];
  });
  return Object.fromEntries(parts);
}

async function changePassword(call: CallEndpoint, change: TsbPasswordChange, options: CallOptions): Promise<void> {
  checkCallOptions('keys.changePassword', options);
  checkRequest('keys.changePassword', change, ['label', 'password', 'newPassword']);
  const { label, password, newPassword } = change;
  const body = { label, password: toCharArray(password), newPassword: toCharArray(newPassword) };
  await call(keyEndpoints.changePassword, body, options);
}

/** What is done with keys beside using and reading them. */
export function rareKeyCalls(call: CallEndpoint): Omit<TsbKeys, 'attributes' | 'list'> {
  return {
    create: async (key, given = {}) => {
      checkObject('key of keys.create', key);
      const [safety, options] = safetyOf('keys.create', given);
      return call(keyEndpoints.createKey, createRequest(key, safety), options);
    },
    import: async (key, given = {}) => {
      const [safety, options] = safetyOf('keys.import', given);
      return call(keyEndpoints.importKey, importRequest(key, safety), options);
    },
    importSeed: async (key, given = {}) => {
      const [safety, options] = safetyOf('keys.importSeed', given);
      return call(keyEndpoints.importSeed, seedRequest(key, safety), options);
    },
    derive: async (key, given = {}) => {
      const [safety, options] = safetyOf('keys.derive', given);
      return call(keyEndpoints.deriveKey, deriveRequest(key, safety), options);
    },
    address: async (label, options = {}) => {
      const { address } = await call(keyEndpoints.keyAddress, ...named(label, options, 'keys.address'));
      return answeredBytes(address, 'address');
    },
    changePassword: (change, options = {}) => changePassword(call, change, options),
    export: (label, options = {}) => exported(call, label, options),
    delete: async (label, options = {}) => {
      await call(keyEndpoints.deleteKey, ...named(label, options, 'keys.delete'));
    },
  };
}
