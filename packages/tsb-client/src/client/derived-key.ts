import { invalidArgument } from '@securosys/core';
import { toCharArray } from '../api/char-array.js';
import type { DerivedAttributes, DeriveKey } from '../api/key-material.js';
import { assertOnePurpose, type KeySafetyOptions } from './key-safety.js';
import { checkRequest } from './wire-values.js';

/** A key to be derived and kept, under the label `<label of the master>/<path>`. */
export interface TsbDerivedKey {
  /** Of the master. */
  readonly label: string;
  /** Of the master. */
  readonly password?: string;
  /** Numbers, each hardened with an apostrophe or not, without a leading slash: `44'/0'/0'`. */
  readonly path: string;
  /** Default: those of the master. */
  readonly attributes?: DerivedAttributes;
}

const pathForm = /^\d{1,10}'?(?:\/\d{1,10}'?){0,31}$/;

/** BIP32 indices have 31 bits; hardening is the apostrophe. */
const isPath = (path: unknown): path is string =>
  typeof path === 'string' && pathForm.test(path) && path.split('/').every((part) => Number.parseInt(part, 10) < 2 ** 31);

/** The body of a derivation. @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_POLICY_UNSAFE` */
export function deriveRequest(key: TsbDerivedKey, options: KeySafetyOptions): DeriveKey {
  checkRequest('keys.derive', key, ['label', 'password', 'path', 'attributes']);
  const { label: masterKeyLabel, path: derivationPath, attributes } = key;
  if (!isPath(derivationPath)) invalidArgument("path must be numbers such as 44'/0'/0', without a leading slash");
  if (attributes) assertOnePurpose(attributes, options);
  return { masterKeyLabel, masterKeyPassword: toCharArray(key.password), derivationPath, ...(attributes && { attributes }) };
}
