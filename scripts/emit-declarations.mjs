// Types of one package resolve to the sources of those below it. A compiler for each package would check the lowest of them once for every
// package, so one program writes what all source files declare, and the build of a package only joins that to one file for each entry.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Type-checks the sources of all packages and writes their declarations, which keep their paths below `packages`, into a new folder that
 * is removed when this process ends. It is not below a `node_modules`: a file there would count as somebody else's, and be imported
 * instead of joined.
 *
 * @param {string} root
 * @returns {string} the folder
 */
export function emitDeclarations(root) {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'securosys-declarations-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const command = [tsc, '--project', join(root, 'tsconfig.declarations.json'), '--outDir', folder];
  const { status, stdout, stderr, error } = spawnSync(process.execPath, command, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`declarations failed\n${error?.message ?? ''}${stdout}${stderr}`);
  return folder;
}
