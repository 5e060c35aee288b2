import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const usualPaths = [
  process.env.SOFTHSM2_MODULE ?? '',
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
];

/** Path of SoftHSM2, where it is installed. */
export const softhsmModule = usualPaths.find((path) => path !== '' && existsSync(path));

/** A token of SoftHSM2 for one run. Its configuration has to be in the environment before the module is loaded. */
export function temporaryToken(label: string, pin: string): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'pkcs11-sign-'));
  const configuration = join(folder, 'softhsm2.conf');
  mkdirSync(join(folder, 'tokens'));
  writeFileSync(configuration, `directories.tokendir = ${join(folder, 'tokens')}\nlog.level = ERROR\n`);
  process.env.SOFTHSM2_CONF = configuration;
  const arguments_ = ['--init-token', '--free', '--label', label, '--pin', pin, '--so-pin', 'officer-1234'];
  execFileSync('softhsm2-util', arguments_, { stdio: 'pipe' });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
