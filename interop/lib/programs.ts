import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './process.js';

/** How each program says its version; `undefined` for one that has none. */
const versionArguments: Readonly<Record<string, readonly string[] | undefined>> = {
  notation: ['version'],
  oras: ['version'],
  openssl: ['version'],
  'docker-registry': ['--version'],
  skopeo: ['--version'],
  skopeo18: ['--version'],
  zstd: ['--version'],
  tar: ['--version'],
  'softhsm2-util': ['--version'],
  notary: ['version'],
  'notary-server': ['-version'],
  'notary-signer': ['-version'],
  curl: ['--version'],
  // Debian's build does not know its own version.
  crane: undefined,
  'referrers-registry': undefined,
};

/** Where a program is on `PATH`. */
export function findProgram(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here; the next folder may have it.
    }
  }
  return undefined;
}

/** The line with the number in what the program prints, or where it is when it has no version. */
export async function versionOf(name: string, path: string): Promise<string> {
  const args = versionArguments[name];
  if (!args) return `no version (${path})`;
  const { stdout, stderr } = await run(path, args);
  const line = `${stdout}${stderr}`.split('\n').find((text) => /\d+\.\d+/.test(text));
  return line?.replace(/^version:\s*/i, '').trim() ?? 'unknown version';
}
