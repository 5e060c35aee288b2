import { existsSync, readdirSync } from 'node:fs';
import type { KeyBackend } from '@securosys/core';
import { parseCertificates } from '@securosys/pki';
import { readNamedFile } from '../../files/read-file.js';
import { storedChainOf } from '../../notation/chains.js';
import { stateFolders } from '../../notation/folders.js';
import type { CommandContext } from '../context.js';
import type { NamedKey } from './key-settings.js';

/** The certificates in the file that is named for a key. */
export async function namedChain({ chain }: NamedKey): Promise<readonly Uint8Array[] | undefined> {
  if (chain === undefined) return undefined;
  return parseCertificates(await readNamedFile(chain, 'chain', 'own')).map(({ der }) => der);
}

/** Where `cert import` keeps chains, shared with the Notation plugin; absent where there is no such folder. */
function chainsFolder({ env }: Pick<CommandContext, 'env'>): string | undefined {
  const home = env.NOTATION_CONFIG || env.XDG_CONFIG_HOME || env.HOME || env.APPDATA;
  const folder = home ? stateFolders(env).chains : undefined;
  return folder !== undefined && existsSync(folder) ? folder : undefined;
}

/** Every chain that `cert import` has kept here, leaf first. @throws SignError those of reading files */
export async function keptChains(context: Pick<CommandContext, 'env'>): Promise<readonly (readonly Uint8Array[])[]> {
  const folder = chainsFolder(context);
  if (folder === undefined) return [];
  const names = readdirSync(folder).flatMap((name) => /^([0-9a-f]{64})\.pem$/.exec(name)?.[1] ?? []);
  const chains = await Promise.all(names.map(async (name) => storedChainOf(folder, name)));
  return chains.flatMap((chain) => (chain ? [chain] : []));
}

/**
 * The certificates of a key: of the file that is named for it, else those that `cert import` kept here; absent: those that its backend has.
 * @throws SignError those of reading files and of the backend
 */
export async function chainOf(
  context: Pick<CommandContext, 'env' | 'signal'>,
  key: NamedKey,
  backend: KeyBackend,
): Promise<readonly Uint8Array[] | undefined> {
  const named = await namedChain(key);
  const folder = chainsFolder(context);
  if (named || folder === undefined) return named;
  const { ref } = key;
  const pin = ref.spkiSha256 ?? (await backend.describeKey(ref, { signal: context.signal })).ref.spkiSha256;
  return pin === undefined ? undefined : storedChainOf(folder, pin);
}
