import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'securosys-sign-tests-';
/** Where `os.tmpdir()` and other programs look, on each system. */
const variables = ['TMPDIR', 'TMP', 'TEMP'];

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/**
 * Gives this process and all that it starts a folder for temporary files that goes when the process does. Folders of runs that were killed
 * go at the next run.
 */
export function ownTemporaryFolder(): void {
  const parent = tmpdir();
  // A configuration is read again when it changes under a run that watches.
  if (parent.includes(prefix)) return;
  const remove = (folder: string) => rmSync(join(parent, folder), { recursive: true, force: true });
  for (const name of readdirSync(parent)) {
    const [, pid] = name.startsWith(prefix) ? (/^(\d+)-/.exec(name.slice(prefix.length)) ?? []) : [];
    if (pid !== undefined && !isAlive(Number(pid))) remove(name);
  }
  const folder = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
  for (const variable of variables) process.env[variable] = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
}
