import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pemText } from '@securosys/pki';
import { NotationHome } from '../../lib/notation-home.js';
import { described } from '../../lib/process.js';
import type { World } from './world.js';

/** The plugin as it is built: one script. */
export const executable = fileURLToPath(new URL('../../../packages/cli/dist/notation-securosys', import.meta.url));

/** A notation that signs with our plugin, which has a configuration for the broker and no key or certificate of its own. */
export interface PluginHome {
  readonly home: NotationHome;
  /** `notation sign --plugin securosys`, whatever comes of it. */
  sign(label: string, ...args: string[]): ReturnType<NotationHome['notation']>;
  /** Tells the plugin the certificates of a key. */
  certify(label: string, chain: readonly Uint8Array[]): Promise<void>;
}

/** @param scopes of the trust policy */
export async function pluginHome(
  { scope, root, tsb }: Pick<World, 'scope' | 'root' | 'tsb'>,
  scopes?: readonly string[],
): Promise<PluginHome> {
  const home = await NotationHome.create(scope, { anchors: [root], ...(scopes && { scopes }) });
  const folder = join(home.folder, 'securosys');
  await mkdir(folder, { mode: 0o700 });
  const config = { restApi: tsb.url, authType: 'TOKEN', token: tsb.token, allowEmulated: true };
  await writeFile(join(folder, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  await chmod(executable, 0o755);
  const installed = await home.notation('plugin', 'install', '--file', executable);
  if (installed.code !== 0) throw new Error(described('notation', ['plugin', 'install'], installed));
  return {
    home,
    sign: (label, ...args) => home.notation('sign', '--id', label, '--plugin', 'securosys', ...args),
    async certify(label, chain) {
      const file = join(home.folder, `${label}.pem`);
      await writeFile(file, chain.map((der) => pemText(der, 'CERTIFICATE')).join(''));
      const args = ['import-certificate', '--key', label, '--certificate', file];
      const finished = await home.run(executable, ...args);
      if (finished.code !== 0) throw new Error(described('notation-securosys', args, finished));
    },
  };
}
