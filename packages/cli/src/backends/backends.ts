import { invalidArgument, type KeyBackend, sanitizeText } from '@securosys/core';
import type { Environment } from '../config/environment.js';
import type { Pkcs11Settings } from './pkcs11-settings.js';
import type { TsbSettings } from './tsb-settings.js';

/** What a configuration says about its backend. */
export interface BackendSettings {
  /** Which backend has the keys. */
  readonly backend: string;
  /** How to reach a TSB. @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_NOT_FOUND` and `ERR_STORE` for files that it names */
  tsb(): Promise<TsbSettings>;
  /** How to open a PKCS#11 token. @throws SignError `ERR_INVALID_ARGUMENT` */
  pkcs11(): Pkcs11Settings;
}

/** What a backend is opened with beside its settings. */
export interface OpenOptions {
  readonly env: Environment;
  /** Name of the program, which a TSB logs. */
  readonly app: string;
  /** Absolute path of the folder for what has to be remembered over runs. */
  readonly stateFolder: string;
  /** Password of a key; asked when it is used. */
  readonly keyPassword?: (label: string) => Promise<string | undefined>;
  /** Folder that the program lies in. */
  readonly programFolder?: string;
  /** Whether it matters that an emulator's keys are told from others: asking costs a call. Default `true`. */
  readonly askAssurance?: boolean;
  /** For a process that serves many calls. Default: one that serves one. */
  readonly resident?: boolean;
}

/** Opens the backend that a configuration describes. */
export type BackendFactory = (settings: BackendSettings, options: OpenOptions) => KeyBackend | Promise<KeyBackend>;

/** Keys behind a Transaction Security Broker. */
const tsb: BackendFactory = async (settings, options) => {
  const { connectTsb } = await import('./connect-tsb.js');
  return connectTsb(await settings.tsb(), options);
};

/** Keys on a PKCS#11 token. */
const pkcs11: BackendFactory = async (settings, options) => {
  const { connectPkcs11 } = await import('./connect-pkcs11.js');
  return connectPkcs11(settings.pkcs11(), options);
};

/** What `backend` of a configuration may be, unless whoever embeds this program says otherwise. */
export const usualBackends: Readonly<Record<string, BackendFactory>> = { tsb, pkcs11 };

/** @throws SignError `ERR_INVALID_ARGUMENT` for a backend that nobody provides */
export function backendFactory(settings: BackendSettings, backends: Readonly<Record<string, BackendFactory>>): BackendFactory {
  const { backend } = settings;
  if (Object.hasOwn(backends, backend)) return backends[backend] as BackendFactory;
  const known = Object.keys(backends).join(', ');
  return invalidArgument(`the configuration: backend '${sanitizeText(backend, 40)}' is none of ${known}`);
}
