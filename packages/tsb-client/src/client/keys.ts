import type { CallOptions } from '@securosys/core';
import { toCharArray } from '../api/char-array.js';
import { knownKeyEndpoints } from '../api/endpoints-known-keys.js';
import type { SignedKeyAttributes } from '../api/keys.js';
import type { CallEndpoint } from './calls.js';
import type { TsbDerivedKey } from './derived-key.js';
import type { TsbImportedKey, TsbImportedSeed } from './imported-key.js';
import type { KeySafetyOptions } from './key-safety.js';
import type { CreateKeyOptions, NewTsbKey } from './new-key.js';
import { checkCallOptions, checkObject } from './options.js';

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

/** What names a key in a call, and the options of the call. */
export function named(label: string, given: KeyCallOptions, where: string) {
  checkObject(`options of ${where}`, given);
  const { password, ...options } = given;
  checkCallOptions(where, options);
  const chars = toCharArray(password);
  return [{ label, ...(chars && { password: chars }) }, options] as const;
}

export function keyCalls(call: CallEndpoint): Pick<TsbKeys, 'attributes' | 'list'> {
  return {
    attributes: async (label, options = {}) => call(knownKeyEndpoints.keyAttributes, ...named(label, options, 'keys.attributes')),
    list: async (options = {}) => {
      checkCallOptions('keys.list', options);
      return call(knownKeyEndpoints.listKeys, undefined, options);
    },
  };
}
