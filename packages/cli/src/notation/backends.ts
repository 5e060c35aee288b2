import { invalidArgument, type KeyBackend, sanitizeText } from '@securosys/core';
import type { Environment } from './folders.js';
import type { Settings } from './settings.js';

/** What a backend is opened with beside its settings. */
export interface OpenOptions {
  readonly env: Environment;
  /** Password of a key; asked when it is used. */
  readonly keyPassword?: (label: string) => Promise<string | undefined>;
  /** Folder that the program lies in. */
  readonly programFolder?: string;
}

/** Opens the backend that a configuration describes. */
export type BackendFactory = (settings: Settings, options: OpenOptions) => KeyBackend | Promise<KeyBackend>;

/** Keys behind a Transaction Security Broker. */
const tsb: BackendFactory = async (settings, { keyPassword }) => {
  const { connectTsb } = await import('./connect-tsb.js');
  return connectTsb(await settings.tsb(), keyPassword);
};

/** Keys on a PKCS#11 token. */
const pkcs11: BackendFactory = async (settings, options) => {
  const { connectPkcs11 } = await import('./connect-pkcs11.js');
  return connectPkcs11(settings.pkcs11(), options);
};

/** What `backend` of a configuration may be, unless whoever embeds this program says otherwise. */
export const usualBackends: Readonly<Record<string, BackendFactory>> = { tsb, pkcs11 };

/** @throws SignError `ERR_INVALID_ARGUMENT` for a backend that nobody provides */
export function backendFactory(settings: Settings, backends: Readonly<Record<string, BackendFactory>>): BackendFactory {
  const { backend } = settings;
  if (Object.hasOwn(backends, backend)) return backends[backend] as BackendFactory;
  const known = Object.keys(backends).join(', ');
  return invalidArgument(`the configuration: backend '${sanitizeText(backend, 40)}' is none of ${known}`);
}
