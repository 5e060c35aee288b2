import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Scope } from '../../lib/scope.js';
import type { Cosign } from './cosign.js';
import type { HeldKey, Holder } from './holders.js';

/** The plugin as it is built: one script. cosign finds it by its name on the `PATH`. */
export const executable = fileURLToPath(new URL('../../../packages/cli/dist/sigstore-kms-securosys', import.meta.url));

/** The key reference of a key. */
export const keyUri = (label: string): string => `securosys://${label}`;

/** A key of the configuration; without a pin it may be one that is still to be made. */
export interface PinnedKey extends Pick<HeldKey, 'label'> {
  readonly spkiSha256?: string | undefined;
}

/** A cosign that finds our plugin, which finds a configuration of these keys of a holder, pinned, and may sign files with them. */
export async function pluginHome(
  scope: Scope,
  cosign: Cosign,
  holder: Holder,
  keys: readonly PinnedKey[],
  more: object = {},
): Promise<Cosign> {
  const folder = await scope.folder();
  const [stateFolder, path] = [join(folder, 'state'), join(folder, 'config.json')];
  await mkdir(stateFolder, { mode: 0o700 });
  const entries = keys.map(({ label, spkiSha256 }) => [
    label,
    { label, ...(spkiSha256 !== undefined && { spkiSha256 }), allowOpaque: true },
  ]);
  const contents = { ...holder.settings, stateFolder, keys: Object.fromEntries(entries), ...more };
  await writeFile(path, JSON.stringify(contents), { mode: 0o600 });
  return cosign.with({ ...holder.env, SIGSTORE_KMS_SECUROSYS_CONFIG: path }, dirname(executable));
}
