import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createFolderStore } from '@securosys/core/folder-store';
import { backendPrivateKey, backendSymmetricKey, providerOpener, providerRecipient } from '@securosys/ocicrypt';
import { pemText } from '@securosys/pki';
import { serve } from '../../lib/process.js';
import type { Scope } from '../../lib/scope.js';
import type { HeldKey, HeldSymmetricKey, Holder } from './holders.js';
import type { Way } from './ways.js';

/** The provider as it is built: one script. */
export const executable = fileURLToPath(new URL('../../../packages/cli/dist/ocicrypt-securosys.cjs', import.meta.url));

/** What callers know it as. */
export const providerName = 'hsm';

/** A provider and the keys that callers name. */
export interface ProviderOptions {
  readonly holder: Holder;
  /** Default: all of the holder's, which the provider serves in any case. */
  readonly keys?: readonly (HeldKey | HeldSymmetricKey)[];
  /** How long a call waits for people. */
  readonly timeoutMs?: number;
}

/** A configuration of the executable, with the holder's keys in files, and a folder of its own for what it remembers. */
async function writeConfiguration(scope: Scope, { holder, timeoutMs = 30_000 }: ProviderOptions): Promise<string> {
  const folder = await scope.folder();
  const stateFolder = join(folder, 'state');
  await mkdir(stateFolder, { mode: 0o700 });
  const keys: Record<string, object> = {};
  for (const { kid, ref, algorithm } of holder.symmetric) keys[kid] = { checkSha256: ref.checkSha256, algorithm };
  for (const { kid, spki, algorithm } of holder.keys) {
    const publicKey = join(folder, `${kid}.pem`);
    await writeFile(publicKey, pemText(spki, 'PUBLIC KEY'));
    keys[kid] = { publicKey, algorithm };
  }
  const path = join(folder, 'config.json');
  const contents = { name: providerName, ...holder.settings, keys, timeoutMs, stateFolder };
  await writeFile(path, JSON.stringify(contents), { mode: 0o600 });
  return path;
}

/** A way over our packets: skopeo with what its configuration names, we with the backend itself. */
async function providerWay(scope: Scope, title: string, options: ProviderOptions, entry: object): Promise<Way> {
  const { holder, keys = holder.keys } = options;
  const folder = await scope.folder();
  const config = join(folder, 'ocicrypt.json');
  await writeFile(config, JSON.stringify({ 'key-providers': { [providerName]: entry } }));
  const env = { ...holder.env, OCICRYPT_KEYPROVIDER_CONFIG: config };
  const store = createFolderStore(folder);
  const openers = keys.map(({ kid, ref, algorithm }) => ({
    kid,
    key: (algorithm === 'A256GCMKW' ? backendSymmetricKey : backendPrivateKey)(holder.backend, ref, { store }),
    algorithm,
  }));
  return {
    name: `${title} and ${holder.name}, ${keys.map(({ algorithm }) => algorithm).join(' and ')}`,
    encrypt: { args: keys.flatMap(({ kid }) => ['--encryption-key', `provider:${providerName}:${kid}`]), env },
    decrypt: { args: ['--decryption-key', `provider:${providerName}`], env },
    recipient: providerRecipient({
      name: providerName,
      keys: keys.map((key) =>
        'spki' in key
          ? { kid: key.kid, spki: key.spki, algorithm: key.algorithm }
          : { kid: key.kid, key: backendSymmetricKey(holder.backend, key.ref) },
      ),
    }),
    opener: providerOpener({ name: providerName, keys: openers }),
  };
}

/** A provider that skopeo starts for each layer. */
export async function commandWay(scope: Scope, options: ProviderOptions): Promise<Way> {
  const args = ['--config', await writeConfiguration(scope, options)];
  return providerWay(scope, 'the command', options, { cmd: { path: executable, args } });
}

/** A provider that is there already. */
export async function serviceWay(scope: Scope, options: ProviderOptions): Promise<Way> {
  const socket = join(await scope.folder(), 'own', 'provider.sock');
  const grpc = await serveProvider(scope, options, ['--socket', socket]);
  return providerWay(scope, 'gRPC over a Unix socket', options, { grpc });
}

/**
 * Starts the executable as a service.
 * @param address its options that say where
 * @returns the target that clients name
 */
export async function serveProvider(scope: Scope, options: ProviderOptions, address: readonly string[]): Promise<string> {
  const args = ['serve', '--config', await writeConfiguration(scope, options), ...address];
  const service = serve(executable, args, { env: { ...process.env, ...options.holder.env } });
  scope.defer(() => service.stop());
  for (const end = performance.now() + 20_000; performance.now() < end && !service.exited(); await sleep(20)) {
    const target = /serving (\S+)\n/.exec(service.output())?.[1];
    if (target !== undefined) return target;
  }
  throw new Error(`the provider does not start\n${service.output()}`);
}
