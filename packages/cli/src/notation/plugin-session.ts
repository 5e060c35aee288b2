import { invalidArgument, type KeyBackend, type KeyInfo, type Timestamper } from '@securosys/core';
import type { PluginKeyContext } from '@securosys/notation-envelope';
import { type BackendFactory, backendFactory } from '../backends/backends.js';
import { checkAssurance } from '../backends/check-assurance.js';
import { passwordOf } from '../config/key-password.js';
import { stateFolders } from './folders.js';
import { keyChain } from './key-chain.js';
import { readConfig } from './read-config.js';
import { type Settings, settingsOf } from './settings.js';
import { programName } from './version.js';

/** What one command works with. */
export interface PluginSession {
  readonly settings: Settings;
  readonly backend: KeyBackend;
  /** Certificates of the key, which has to be one that may sign here. */
  chain(key: KeyInfo): Promise<readonly Uint8Array[]>;
  timestamper(): Promise<Timestamper | undefined>;
  /** Makes the key as the closed plugin would, if the user has said so by name; else `false`. */
  createMissingKey(): Promise<boolean>;
}

/** Where sessions come from. */
export interface SessionOptions {
  readonly backends: Readonly<Record<string, BackendFactory>>;
  readonly programFolder?: string;
}

/**
 * Reads the configuration and opens the backend.
 * @throws SignError those of `readConfig`, `settingsOf` and the backend
 */
export async function openPluginSession(context: PluginKeyContext, options: SessionOptions): Promise<PluginSession> {
  const { env, config, keyId } = context;
  const { programFolder, backends } = options;
  const json = await readConfig({
    env,
    ...(programFolder !== undefined && { programFolder }),
    ...(config.config !== undefined && { path: config.config }),
  });
  const settings = await settingsOf(json, env);
  const password = passwordOf(config, env);
  const keyPassword = password && (async (label: string) => (label === keyId ? password() : undefined));
  const factory = backendFactory(settings, backends);
  const backend = await factory(settings, {
    env,
    app: programName,
    stateFolder: stateFolders(env).root,
    ...(keyPassword && { keyPassword }),
    ...(programFolder !== undefined && { programFolder }),
  });
  return {
    settings,
    backend,
    chain: async (key) => {
      checkAssurance(key, settings.allowEmulated);
      const file = config.chain;
      return keyChain({ folders: stateFolders(env), backend, ...(file !== undefined && { file }) }, key);
    },
    timestamper: async () => {
      const url = config.timestampUrl ?? settings.timestampUrl;
      if (url === undefined) return undefined;
      const { openTimestamper } = await import('./open-timestamper.js');
      return openTimestamper(url, config.timestampRootCert, settings);
    },
    createMissingKey: async () => {
      const { createMissingKey: wish = 'false' } = config;
      if (wish === 'false') return false;
      if (wish !== 'true') return invalidArgument("createMissingKey is 'true' or 'false'");
      const { createVendorKey } = await import('./vendor-key.js');
      await createVendorKey(backend, keyId, config);
      return true;
    },
  };
}
