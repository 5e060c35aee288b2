import { type Claims, type Clock, invalidArgument, type KeyBackend, systemClock } from '@securosys/core';
import { createFolderStore } from '@securosys/core/folder-store';
import type { NotationPlugin, PluginContext, PluginKeyContext } from '@securosys/notation-envelope';
import { type BackendFactory, usualBackends } from '../backends/backends.js';
import { guardsOf } from '../guards/guard-settings.js';
import { stateFolders } from './folders.js';
import { pluginName, version } from './version.js';

/** What whoever embeds the plugin may replace. */
export interface SecurosysPluginOptions {
  /** By the names that `backend` of a configuration may have. Default: `tsb` and `pkcs11`. */
  readonly backends?: Readonly<Record<string, BackendFactory>>;
  /** Folder that the program lies in, where its `config.json` is looked for. */
  readonly programFolder?: string;
  readonly clock?: Clock;
}

/** Names in `pluginConfig`: ours, then those of the closed plugin. */
const configNames = [
  ...['config', 'passwordFile', 'passwordEnv', 'chain', 'timestampUrl', 'timestampRootCert', 'createMissingKey'],
  ...['keyType', 'password', 'keyWithPolicy', 'policy', 'certPath', 'caPath'],
];

/**
 * The plugin that `notation-securosys` serves: keys of a Transaction Security Broker, of a PKCS#11 token, or of any other backend, under
 * Notation. Nothing is read before a command needs it.
 *
 * @example
 * ```ts
 * import { createSecurosysPlugin } from '@securosys/cli';
 * import { handleNotation } from '@securosys/notation-envelope';
 * const call = { argv: ['get-plugin-metadata'], stdin: new Uint8Array(), env: process.env };
 * const { stdout } = await handleNotation(call, createSecurosysPlugin());
 * ```
 */
export function createSecurosysPlugin(options: SecurosysPluginOptions = {}): NotationPlugin {
  const { backends = usualBackends, programFolder, clock = systemClock } = options;
  /** One process serves one command: what it has opened is remembered for its other steps. */
  const sessions = new WeakMap<PluginContext, ReturnType<typeof openSession>>();
  const sessionOf = (context: PluginKeyContext) => {
    const session = sessions.get(context) ?? openSession(context);
    sessions.set(context, session);
    return session;
  };
  const openSession = async (context: PluginKeyContext) => {
    const { openPluginSession } = await import('./plugin-session.js');
    return openPluginSession(context, { backends, ...(programFolder !== undefined && { programFolder }) });
  };

  return {
    name: pluginName,
    version,
    description: 'Signs with keys that never leave a Securosys HSM',
    url: 'https://github.com/securosys-com/sign',
    configNames,
    clock,
    open: async (context): Promise<KeyBackend> => {
      const { backend } = await sessionOf(context);
      return backend;
    },
    keyRef: ({ keyId }) => (keyId.length <= 256 ? { label: keyId } : invalidArgument('the id of the key is too long')),
    chain: async (context, key) => {
      const session = await sessionOf(context);
      return session.chain(key);
    },
    store: ({ env }) => createFolderStore(stateFolders(env).pending, { clock }),
    guards: async (context) => {
      const { settings } = await sessionOf(context);
      return guardsOf(settings, clock);
    },
    claims: async (context): Promise<Claims> => {
      const { settings } = await sessionOf(context);
      return settings.claims;
    },
    timestamper: async (context) => {
      const session = await sessionOf(context);
      return session.timestamper();
    },
    revocation: async () => {
      const { createRevocationChecker } = await import('@securosys/pki');
      return createRevocationChecker({ clock });
    },
    createMissingKey: async (context) => {
      const session = await sessionOf(context);
      return session.createMissingKey();
    },
    onProgress: async (progress, { env }) => {
      const { writeStatus } = await import('./status-file.js');
      await writeStatus(stateFolders(env).status, progress, clock.now());
    },
  };
}
