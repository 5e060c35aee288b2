import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where distributions put it; `NSS_SOFTOKN_MODULE` wins. */
const usualPaths = [
  '/usr/lib/x86_64-linux-gnu/libsoftokn3.so',
  '/usr/lib/x86_64-linux-gnu/nss/libsoftokn3.so',
  '/usr/lib/aarch64-linux-gnu/libsoftokn3.so',
  '/usr/lib64/libsoftokn3.so',
];

/** Makes databases. Distributions pack it apart from the module, which other programs bring along. */
const hasCertutil = (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'certutil')));

/** The softoken's path, where NSS is installed with its tools. */
export const nssModule: string | undefined = hasCertutil
  ? [process.env.NSS_SOFTOKN_MODULE ?? '', ...usualPaths].find((path) => path !== '' && existsSync(path))
  : undefined;

/** For titles of what is skipped without it. */
export const nssNeeded = nssModule ? '' : '(skipped: the softoken of NSS and its certutil are not installed)';

export interface NssDatabase {
  readonly module: string;
  readonly folder: string;
  /** Label of the token that keeps keys. */
  readonly label: string;
  readonly pin: string;
  /** libraryParameters for `C_Initialize`. */
  readonly parameters: string;
  remove(): void;
}

/** libraryParameters that open the key database in `folder` for writing. */
export function nssParameters(folder: string): string {
  const quoted = `sql:${folder}`.replace(/[\\']/g, '\\$&');
  return `configdir='${quoted}' certPrefix='' keyPrefix='' secmod='secmod.db' flags=`;
}

/**
 * A fresh key database with a PIN.
 *
 * @param prefix of its folder's name
 */
export function createNssDatabase(pin = 'nss-pin-1234', prefix = 'nss-'): NssDatabase {
  if (!nssModule) throw new Error('the softoken of NSS is not installed');
  const folder = mkdtempSync(join(tmpdir(), prefix));
  const pinFile = join(folder, 'pin');
  writeFileSync(pinFile, `${pin}\n`, { mode: 0o600 });
  execFileSync('certutil', ['-N', '-d', `sql:${folder}`, '-f', pinFile], { stdio: 'pipe' });
  return {
    module: nssModule,
    folder,
    label: 'NSS Certificate DB',
    pin,
    parameters: nssParameters(folder),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
