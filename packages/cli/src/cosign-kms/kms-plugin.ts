import { join } from 'node:path';
import type { Clock, KeyBackend } from '@securosys/core';
import { createFolderStore } from '@securosys/core/folder-store';
import type { CosignKmsContext, CosignKmsPlugin } from '@securosys/cosign';
import { type BackendFactory, backendFactory, usualBackends } from '../backends/backends.js';
import { checkAssurance } from '../backends/check-assurance.js';
import type { Environment } from '../config/environment.js';
import { passwordOf } from '../config/key-password.js';
import { guardsOf } from '../guards/guard-settings.js';
import { version } from '../notation/version.js';
import { kmsKeyOf } from './key-settings.js';
import { publicKeyFiles } from './public-key-files.js';
import { readResourceId } from './resource-id.js';
import { type KmsSettings, readKmsSettings } from './settings.js';

/** Stands before `://` in the key references of cosign; the program is called `sigstore-kms-` and this. */
export const kmsName = 'securosys';
/** Name of the program, which a TSB logs. */
export const kmsProgram = `sigstore-kms-${kmsName}`;

/** What a test, or whoever embeds the plugin, may replace. */
export interface SecurosysKmsOptions {
  readonly env: Environment;
  /** By the names that `backend` of a configuration may have. Default: `tsb` and `pkcs11`. */
  readonly backends?: Readonly<Record<string, BackendFactory>>;
  /** Folder that the program lies in. */
  readonly programFolder?: string;
  readonly clock?: Clock;
}

/** The plugin of a configuration, which is read when a call needs it. */
export function securosysKms({ env, backends = usualBackends, programFolder, clock }: SecurosysKmsOptions): CosignKmsPlugin {
  let read: Promise<KmsSettings> | undefined;
  const loaded = (): Promise<KmsSettings> => {
    read ??= readKmsSettings(env);
    return read;
  };
  const keyOf = async ({ keyResourceId }: CosignKmsContext) => {
    const { keys } = await loaded();
    return kmsKeyOf(readResourceId(keyResourceId), keys);
  };
  const stateFolder = async (name: string): Promise<string> => {
    const settings = await loaded();
    return join(settings.stateFolder, name);
  };

  async function open(context: CosignKmsContext): Promise<KeyBackend> {
    const settings = await loaded();
    const { ref, passwords } = await keyOf(context);
    const password = passwordOf(passwords, env);
    return backendFactory(settings.backend, backends)(settings.backend, {
      env,
      app: kmsProgram,
      stateFolder: settings.stateFolder,
      ...(password && { keyPassword: async (label: string) => (label === ref.label ? password() : undefined) }),
      ...(programFolder !== undefined && { programFolder }),
    });
  }

  return {
    name: kmsName,
    version,
    open,
    keyRef: async (context) => {
      const { ref } = await keyOf(context);
      return ref;
    },
    settings: async (context) => {
      const { timeoutMs } = await loaded();
      const { settings } = await keyOf(context);
      return { ...settings, ...(timeoutMs !== undefined && { timeoutMs }) };
    },
    checkKey: async (_, key) => {
      const { allowEmulated } = await loaded();
      checkAssurance(key, allowEmulated);
    },
    publicKeys: publicKeyFiles(() => stateFolder('public-keys')),
    store: async () => createFolderStore(await stateFolder('pending'), clock ? { clock } : {}),
    claims: async () => {
      const { claims } = await loaded();
      return claims;
    },
    guards: async () => guardsOf(await loaded(), clock),
    createKey: async (context, { spec }, backend) => {
      const { createConfiguredKey } = await import('./create-configured-key.js');
      return createConfiguredKey(await keyOf(context), { spec, settings: await loaded(), backend });
    },
    ...(clock && { clock }),
  };
}
