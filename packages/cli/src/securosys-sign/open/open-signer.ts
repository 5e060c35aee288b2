import { join } from 'node:path';
import {
  type Claims,
  createSigner,
  type Guard,
  type KeyBackend,
  type KeyIntent,
  type PendingStore,
  type Signer,
} from '@securosys/core';
import { createFolderStore } from '@securosys/core/folder-store';
import type { Oci } from '@securosys/oci';
import { claimsOf } from '../../config/setting-values.js';
import type { CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';
import type { Settings } from '../settings/settings.js';
import { chainOf } from './key-chain.js';
import { type NamedKey, namedKey } from './key-settings.js';
import { openBackend, stateFolderOf } from './open-backend.js';
import { openGuards } from './open-guards.js';

/** Options of commands that use a key. */
export const keyOptions: readonly CommandOption[] = [
  { name: 'key', value: 'name', setting: 'key', describe: 'which key: a name in the configuration, or a label' },
  {
    name: 'chain',
    value: 'path',
    setting: 'chain',
    describe: 'its certificates, PEM, leaf first; default: those that cert import kept, else those of the backend',
  },
  { name: 'key-password-file', value: 'path', setting: 'keyPasswordFile', describe: 'file with its password' },
  {
    name: 'approval-timeout',
    value: 'duration',
    setting: 'approvalTimeout',
    describe: 'how long to wait for people: 30m, 2h; default 0s',
  },
];

/** What Ctrl-C says where the same words find the same request. */
export const sameCommand = 'run the same command again to go on with the same request';

/** A key that is ready to sign, and what its use is told with. */
export interface OpenSigner {
  readonly signer: Signer;
  readonly key: NamedKey;
  readonly backend: KeyBackend;
  readonly store: PendingStore;
  /** What the signer asks and tells, for requests that are taken up. */
  readonly guards: readonly Guard<KeyIntent>[];
  readonly claims: Claims;
  close(): Promise<void>;
}

/** Where requests wait for people. */
export function pendingStore(settings: Settings, context: Pick<CommandContext, 'env' | 'clock'>): PendingStore {
  return createFolderStore(join(stateFolderOf(settings, context), 'pending'), { clock: context.clock });
}

/**
 * The key that the settings name, ready to sign, with every guard of the settings.
 * @param oci for rules of the signing policy that ask the registry
 * @throws SignError `ERR_INVALID_ARGUMENT`, those of reading files, and of the backend
 */
export async function openSigner(context: CommandContext, oci?: Oci): Promise<OpenSigner> {
  const settings = await context.settings();
  const key = namedKey(settings);
  const guarding = await openGuards(context, oci, sameCommand);
  const opened: { close(): Promise<void> }[] = [guarding];
  const close = async (): Promise<void> => {
    for (const one of opened.reverse()) await one.close();
  };
  try {
    const backend = await openBackend(context, [key]);
    opened.push(backend);
    const store = pendingStore(settings, context);
    const chain = await chainOf(context, key, backend);
    const signer = createSigner(backend, key.ref, {
      store,
      clock: context.clock,
      guards: guarding.guards,
      allowOpaque: key.allowOpaque,
      ...(chain && { chain }),
    });
    return { signer, key, backend, store, guards: guarding.guards, claims: claimsOf(settings.pick(['metaData'])), close };
  } catch (error) {
    await close();
    throw error;
  }
}
