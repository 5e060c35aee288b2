import { createDecrypter, type KeyBackend } from '@securosys/core';
import { createFolderStore } from '@securosys/core/folder-store';
import type { KeyProviderContext, KeyProviderPlugin, KeyProviderUse, ProviderKey } from '@securosys/ocicrypt';
import { type BackendFactory, backendFactory, type OpenOptions } from '../backends/backends.js';
import type { Environment } from '../config/environment.js';
import { passwordOf } from '../config/key-password.js';
import { openGuards } from '../guards/guard-settings.js';
import { writeAudit } from './audit-file.js';
import { stateFolders } from './folders.js';
import { once } from './once.js';
import { seenKeys } from './seen-key.js';
import type { ProviderSettings } from './settings.js';
import { unwrapEntry } from './unwrap-entry.js';

/** Name of the program, which a TSB logs. */
export const programName = 'ocicrypt-securosys';

/** What a provider is made with beside its settings. */
export interface ProviderParts {
  readonly env: Environment;
  /** Name in `ocicrypt.conf`. */
  readonly name: string;
  readonly backends: Readonly<Record<string, BackendFactory>>;
  readonly programFolder?: string;
  readonly resident?: boolean;
}

/** Passwords of the keys that have one; tokens have none, and refuse to be told any. */
function keyPasswordOf({ keys }: ProviderSettings, env: Environment): OpenOptions['keyPassword'] {
  if (!keys) return env.KEY_PASSWORD ? async () => env.KEY_PASSWORD : undefined;
  const passwords = [...keys.values()].flatMap(({ label, passwords }) => {
    const password = passwordOf(passwords, env);
    return password && label !== undefined ? [[label, password] as const] : [];
  });
  const byLabel = new Map(passwords);
  return byLabel.size === 0 ? undefined : async (label) => byLabel.get(label)?.();
}

/** The key provider of a configuration. Nothing is read or opened before a call needs it. */
export function securosysProvider(settings: ProviderSettings, parts: ProviderParts): KeyProviderPlugin {
  const { env, name, backends, programFolder, resident } = parts;
  const { keys, claims, timeoutMs, allowPkcs1, results, defaultKeys } = settings;
  const state = stateFolders(settings.stateFolder);

  async function open(): Promise<KeyBackend> {
    const keyPassword = keyPasswordOf(settings, env);
    return backendFactory(settings.backend, backends)(settings.backend, {
      env,
      app: programName,
      // Nobody else is told.
      askAssurance: Object.keys(settings.guards).length > 0,
      stateFolder: state.root,
      ...(keyPassword && { keyPassword }),
      ...(programFolder !== undefined && { programFolder }),
      ...(resident && { resident }),
    });
  }

  /** Any key that the caller names, as the closed plugin has it. */
  async function namedKey(
    label: string,
    { operation, parameters, signal }: KeyProviderContext,
  ): Promise<ProviderKey | undefined> {
    if (!parameters.includes(label) && !defaultKeys.includes(label)) return undefined;
    const { url } = await settings.backend.tsb();
    const seen = seenKeys(state.seen, url);
    const spkiSha256 = await seen.hash(label);
    const ref = { label, ...(spkiSha256 !== undefined && { spkiSha256 }) };
    if (operation === 'keyunwrap') return { ref };
    const backend = await open();
    try {
      const { spki } = await createDecrypter(backend, ref).describe({ ...(signal && { signal }) });
      await seen.remember(label, spki);
      return { ref, publicKey: spki };
    } finally {
      await backend.close();
    }
  }

  // A service reads its policy once, as it does with its configuration.
  const guarding = once(() => openGuards(settings.guards, undefined));

  async function guards() {
    const open = await guarding();
    return open.guards;
  }

  /** Every packet that was opened, with its layer (S15): of several that share a content key, guards hear once. */
  async function audit(use: KeyProviderUse): Promise<void> {
    const { audit: log } = await guarding();
    return log ? log.append(unwrapEntry(use)) : writeAudit(state.audit, use);
  }

  return {
    name,
    key: (kid, context) => (keys ? keys.get(kid)?.load() : namedKey(kid, context)),
    defaultKeys: () => defaultKeys,
    open,
    store: () => createFolderStore(state.pending),
    claims: () => claims,
    guards,
    audit,
    ...(timeoutMs !== undefined && { timeoutMs }),
    allowPkcs1,
    results,
  };
}
