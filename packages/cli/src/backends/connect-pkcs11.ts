import { join } from 'node:path';
import { invalidArgument, type KeyBackend } from '@securosys/core';
import type { OpenOptions } from './backends.js';
import { findPkcs11js } from './find-pkcs11js.js';
import type { Pkcs11Settings } from './pkcs11-settings.js';

/** PINs in a configuration would be shown by whoever shows the configuration. */
const pinInUri = /[:;?&]\s*pin-(?:value|source)\s*=/;

/**
 * Opens the token of a configuration, for a process that serves one command unless `resident` says otherwise.
 * @throws SignError as `openPkcs11`
 */
export async function connectPkcs11(settings: Pkcs11Settings, options: OpenOptions): Promise<KeyBackend> {
  const { module, uri, tokenLabel, pin, libraryParameters, allowFinalTry } = settings;
  const { env, keyPassword, programFolder, stateFolder, resident } = options;
  if (uri !== undefined && pinInUri.test(uri))
    invalidArgument('the configuration: uri says something about a PIN: pinFile or pinEnv do that');
  if (keyPassword)
    invalidArgument('keys on a token have no password of their own: pinFile or pinEnv of the configuration is its PIN');
  const { openPkcs11 } = await import('@securosys/pkcs11');
  return openPkcs11({
    module,
    ...(uri !== undefined && { uri }),
    ...(tokenLabel !== undefined && { tokenLabel }),
    ...(pin && { pin }),
    ...(libraryParameters !== undefined && { libraryParameters }),
    allowFinalTry,
    pkcs11js: await findPkcs11js(settings.pkcs11js, programFolder),
    pinStateFolder: join(stateFolder, 'pins'),
    env,
    ...(!resident && { lanes: 1, keepAliveMs: 0 }),
  });
}
