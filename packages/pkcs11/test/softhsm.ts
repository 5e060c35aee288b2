import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where distributions put it; `SOFTHSM2_MODULE` wins. */
const usualPaths = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
];

/** The module's path, where SoftHSM2 is installed. */
export const softhsmModule: string | undefined = [process.env.SOFTHSM2_MODULE ?? '', ...usualPaths].find(
  (path) => path !== '' && existsSync(path),
);

/** For titles of what is skipped without it: `describe.skipIf(!softhsmModule)(`… ${softhsmNeeded}`)`. */
export const softhsmNeeded = softhsmModule ? '' : '(skipped: SoftHSM2 is not installed)';

export interface TestToken {
  readonly label: string;
  readonly pin: string;
}

/** PIN of the security officer of every token made here. */
export const officerPin = 'officer-1234';

/**
 * The tokens of each test process. All exist before the module loads, because SoftHSM reads its directory only then. Tests share them: keys
 * have labels and ids of their own.
 */
export const tokens = {
  main: { label: 'main', pin: 'main-pin-1234-long' },
  second: { label: 'second', pin: 'second-pin-1234' },
  /** For wrong PINs, logout and whatever else others must not see. */
  restless: { label: 'restless', pin: 'restless-pin-1234' },
  /** Nobody logs in to it for good. */
  untouched: { label: 'untouched', pin: 'untouched-pin-1234' },
} as const satisfies Record<string, TestToken>;

/** Two tokens have this label. */
export const twins: TestToken = { label: 'twin', pin: 'twin-pin-1234' };

export interface TokenDirectory {
  readonly path: string;
  /** Value of `SOFTHSM2_CONF`. */
  readonly configuration: string;
  remove(): void;
}

/** A fresh directory with these tokens, for a process that is started with its `configuration`. */
export function createTokenDirectory(wanted: readonly TestToken[]): TokenDirectory {
  const path = mkdtempSync(join(tmpdir(), 'softhsm-'));
  const configuration = join(path, 'softhsm2.conf');
  mkdirSync(join(path, 'tokens'));
  const settings = [`directories.tokendir = ${join(path, 'tokens')}`, 'objectstore.backend = file', 'log.level = ERROR'];
  writeFileSync(configuration, `${settings.join('\n')}\n`);
  const env = { ...process.env, SOFTHSM2_CONF: configuration };
  for (const { label, pin } of wanted) {
    const options = ['--init-token', '--free', '--label', label, '--pin', pin, '--so-pin', officerPin];
    execFileSync('softhsm2-util', options, { env, stdio: 'pipe' });
  }
  return { path, configuration, remove: () => rmSync(path, { recursive: true, force: true }) };
}

const prepared = Symbol.for('@securosys/pkcs11 test tokens');
const shared = globalThis as { [prepared]?: TokenDirectory };

/**
 * The module's path, with the tokens of this process behind it. `SOFTHSM2_CONF` stays set: the module reads it once, whenever it loads,
 * and the files of a room share their process.
 */
export function softhsm(): string {
  if (!softhsmModule) throw new Error('SoftHSM2 is not installed');
  if (!shared[prepared]) {
    const directory = createTokenDirectory([...Object.values(tokens), twins, twins]);
    shared[prepared] = directory;
    process.env.SOFTHSM2_CONF = directory.configuration;
    process.once('exit', () => directory.remove());
  }
  return softhsmModule;
}
