import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFolderStore } from '@securosys/core/folder-store';
import { backendPrivateKey, providerOpener, providerRecipient } from '@securosys/ocicrypt';
import { type KeyProviderServiceOptions, serveKeyProviderGrpc } from '@securosys/ocicrypt/grpc';
import type { Scope } from '../../lib/scope.js';
import type { HeldKey, Holder } from './holders.js';
import { readPlugin } from './provider/plugin.mjs';
import type { Way } from './ways.js';

const command = fileURLToPath(new URL('provider/command.mjs', import.meta.url));
const name = 'hsm';

/** Settings of a provider with some keys, in a file. */
export interface ProviderSettings {
  readonly path: string;
  /** Where it remembers requests. */
  readonly store: string;
}

export async function writeSettings(
  scope: Scope,
  { settings, keys }: Holder,
  timeoutMs = 30_000,
  named: readonly HeldKey[] = keys,
): Promise<ProviderSettings> {
  const folder = await scope.folder();
  const [path, store] = [join(folder, 'provider.json'), join(folder, 'requests')];
  await mkdir(store, { mode: 0o700 });
  const served = named.map(({ kid, ref, spki, algorithm }) => [
    kid,
    { label: ref.label, spki: Buffer.from(spki).toString('base64'), algorithm },
  ]);
  const contents = { name, ...settings, keys: Object.fromEntries(served), store, timeoutMs };
  await writeFile(path, JSON.stringify(contents), { mode: 0o600 });
  return { path, store };
}

/** A way over our packets: skopeo with what its configuration names, we with the backend itself. */
async function providerWay(scope: Scope, title: string, holder: Holder, keys: readonly HeldKey[], entry: object): Promise<Way> {
  const folder = await scope.folder();
  const config = join(folder, 'ocicrypt.json');
  await writeFile(config, JSON.stringify({ 'key-providers': { [name]: entry } }));
  const env = { ...holder.env, OCICRYPT_KEYPROVIDER_CONFIG: config };
  const openers = keys.map(({ kid, ref, algorithm }) => ({
    kid,
    key: backendPrivateKey(holder.backend, ref, { store: createFolderStore(folder) }),
    algorithm,
  }));
  return {
    name: title,
    encrypt: { args: keys.flatMap(({ kid }) => ['--encryption-key', `provider:${name}:${kid}`]), env },
    decrypt: { args: ['--decryption-key', `provider:${name}`], env },
    recipient: providerRecipient({ name, keys: keys.map(({ kid, spki, algorithm }) => ({ kid, spki, algorithm })) }),
    opener: providerOpener({ name, keys: openers }),
  };
}

/** A provider that skopeo starts for each layer. */
export async function commandWay(scope: Scope, holder: Holder, keys: readonly HeldKey[], timeoutMs?: number): Promise<Way> {
  const { path } = await writeSettings(scope, holder, timeoutMs);
  const title = `the command over ${holder.name}, ${keys.map(({ algorithm }) => algorithm).join(' and ')}`;
  return providerWay(scope, title, holder, keys, { cmd: { path: command, args: [path] } });
}

/** A provider that is there already. */
export async function serviceWay(scope: Scope, holder: Holder, keys: readonly HeldKey[], timeoutMs?: number): Promise<Way> {
  const socket = join(await scope.folder(), 'own', 'provider.sock');
  const target = await serveProvider(scope, holder, { socket }, timeoutMs);
  const title = `gRPC over a Unix socket and ${holder.name}, ${keys.map(({ algorithm }) => algorithm).join(' and ')}`;
  return providerWay(scope, title, holder, keys, { grpc: target });
}

/** @returns the target that clients name */
export async function serveProvider(
  scope: Scope,
  holder: Holder,
  options: KeyProviderServiceOptions,
  timeoutMs?: number,
): Promise<string> {
  const plugin = await readPlugin((await writeSettings(scope, holder, timeoutMs)).path);
  const service = await serveKeyProviderGrpc(plugin, options);
  scope.defer(() => service.close());
  return service.target;
}
