import type { CallOptions } from '@securosys/core';
import { toCharArray } from '../api/char-array.js';
import { endpoints } from '../api/endpoints.js';
import type { SignedKeyAttributes } from '../api/keys.js';
import type { CallEndpoint } from './calls.js';
import { deriveRequest, type TsbDerivedKey } from './derived-key.js';
import { importRequest, seedRequest, type TsbImportedKey, type TsbImportedSeed } from './imported-key.js';
import type { KeySafetyOptions } from './key-safety.js';
import { type CreateKeyOptions, createRequest, type NewTsbKey } from './new-key.js';
import { checkCallOptions, checkObject } from './options.js';
import { answeredBytes, checkRequest, someAnsweredBytes } from './wire-values.js';

/** Options of a call about one key; `password` is the key's own, if it has one. */
export interface KeyCallOptions extends CallOptions {
  password?: string;
}

/** A change of a key's password. */
export interface TsbPasswordChange {
  readonly label: string;
  /** The one it has, if it has one. */
  readonly password?: string;
  /** Left out: the key has none from now on. */
  readonly newPassword?: string;
}

/** A key in clear. Whoever has these bytes is the HSM, and nobody can tell: overwrite them as soon as they are stored. */
export interface TsbExportedKey {
  /** PKCS#8 DER. */
  readonly privateKey?: Uint8Array;
  /** SubjectPublicKeyInfo DER. */
  readonly publicKey?: Uint8Array;
  /** Raw bytes of a symmetric key. */
  readonly secretKey?: Uint8Array;
}

/** `client.keys` (role keyManagement, `tsb-rest-api.md` §2.3). */
export interface TsbKeys {
  /**
   * Makes a key that signs, and nothing else. It cannot be destroyed, so `delete` will be refused for ever: a key that is to be
   * deleted some day (in a test, for example) needs `attributes: { destroyable: true }` now.
   * @throws SignError `ERR_POLICY_UNSAFE`, `ERR_KEY_EXISTS`, `ERR_OUTCOME_UNKNOWN` when the answer was lost: look with `attributes`
   */
  create(key: NewTsbKey, options?: CreateKeyOptions): Promise<SignedKeyAttributes>;
  /**
   * Takes in a private key, a secret key, or a public key or certificate alone; the latter two, under the label of a key that is
   * there already, replace its public part only.
   * @throws SignError `ERR_POLICY_UNSAFE`, `ERR_KEY_EXISTS`, `ERR_OUTCOME_UNKNOWN`
   */
  import(key: TsbImportedKey, options?: CreateKeyOptions): Promise<SignedKeyAttributes>;
  /** Makes a key of a seed. @throws SignError `ERR_POLICY_UNSAFE`, `ERR_KEY_EXISTS`, `ERR_OUTCOME_UNKNOWN` */
  importSeed(key: TsbImportedSeed, options?: CreateKeyOptions): Promise<SignedKeyAttributes>;
  /**
   * Derives a key and keeps it. To use a derived key once, nothing has to be made: `<master>/<path>` is a label to sign with.
   * @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_KEY_EXISTS`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_POLICY_UNSAFE`, `ERR_OUTCOME_UNKNOWN`
   */
  derive(key: TsbDerivedKey, options?: CallOptions & Pick<KeySafetyOptions, 'allowSignAndDecrypt'>): Promise<SignedKeyAttributes>;
  /** @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_AUTHENTICATION` (the password) */
  attributes(label: string, options?: KeyCallOptions): Promise<SignedKeyAttributes>;
  /** The raw base of the address that a key stands for, without prefix and check sum. @throws SignError `ERR_KEY_NOT_FOUND` */
  address(label: string, options?: KeyCallOptions): Promise<Uint8Array>;
  /** @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_AUTHENTICATION` (the password), `ERR_KEY_NOT_USABLE` (not `modifiable`) */
  changePassword(change: TsbPasswordChange, options?: CallOptions): Promise<void>;
  /**
   * The key in clear, if it was made `extractable`, not `sensitive`, and without a policy: for moving it, never for using it. The
   * bytes are the caller's own, so that overwriting them leaves no copy of them here; the answer they came in is garbage that is not
   * overwritten.
   * @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_KEY_NOT_USABLE`, `ERR_AUTHENTICATION` (the password)
   */
  export(label: string, options?: KeyCallOptions): Promise<TsbExportedKey>;
  /** Deletes a key made with `destroyable: true`, and cancels its open requests. @throws SignError `ERR_KEY_NOT_FOUND` */
  delete(label: string, options?: KeyCallOptions): Promise<void>;
  /** Labels of all keys. */
  list(options?: CallOptions): Promise<readonly string[]>;
}

/** Parts the exceptions from the safety rules from the options of a call. */
function safetyOf(where: string, given: CreateKeyOptions): readonly [KeySafetyOptions, CallOptions] {
  checkObject(`options of ${where}`, given);
  const { allowUnprotectedModify = false, allowEndlessApprovals = false, allowSignAndDecrypt = false, ...options } = given;
  checkCallOptions(where, options);
  return [{ allowUnprotectedModify, allowEndlessApprovals, allowSignAndDecrypt }, options];
}

function named(label: string, given: KeyCallOptions, where: string) {
  checkObject(`options of ${where}`, given);
  const { password, ...options } = given;
  checkCallOptions(where, options);
  const chars = toCharArray(password);
  return [{ label, ...(chars && { password: chars }) }, options] as const;
}

async function exported(call: CallEndpoint, label: string, given: KeyCallOptions): Promise<TsbExportedKey> {
  const answer = await call(endpoints.exportKey, ...named(label, given, 'keys.export'));
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
  await call(endpoints.changePassword, body, options);
}

export function keyCalls(call: CallEndpoint): TsbKeys {
  return {
    create: async (key, given = {}) => {
      checkObject('key of keys.create', key);
      const [safety, options] = safetyOf('keys.create', given);
      return call(endpoints.createKey, createRequest(key, safety), options);
    },
    import: async (key, given = {}) => {
      const [safety, options] = safetyOf('keys.import', given);
      return call(endpoints.importKey, importRequest(key, safety), options);
    },
    importSeed: async (key, given = {}) => {
      const [safety, options] = safetyOf('keys.importSeed', given);
      return call(endpoints.importSeed, seedRequest(key, safety), options);
    },
    derive: async (key, given = {}) => {
      const [safety, options] = safetyOf('keys.derive', given);
      return call(endpoints.deriveKey, deriveRequest(key, safety), options);
    },
    attributes: async (label, options = {}) => call(endpoints.keyAttributes, ...named(label, options, 'keys.attributes')),
    address: async (label, options = {}) => {
      const { address } = await call(endpoints.keyAddress, ...named(label, options, 'keys.address'));
      return answeredBytes(address, 'address');
    },
    changePassword: (change, options = {}) => changePassword(call, change, options),
    export: (label, options = {}) => exported(call, label, options),
    delete: async (label, options = {}) => {
      await call(endpoints.deleteKey, ...named(label, options, 'keys.delete'));
    },
    list: async (options = {}) => {
      checkCallOptions('keys.list', options);
      return call(endpoints.listKeys, undefined, options);
    },
  };
}
