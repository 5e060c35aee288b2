import { invalidArgument, isJsonObject, type JsonObject, parseJson, SignError, utf8Bytes } from '@securosys/core';
import { shownName } from '@securosys/transport';
import type { StoredLogin } from './config-file.js';

/** One start of a credential helper. */
export interface HelperRun {
  /** Absolute path of the program; it gets the one argument `get`. */
  readonly path: string;
  /** What it reads: the server's key, UTF-8. */
  readonly input: Uint8Array;
  /** Everything of the environment that it sees. */
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds until it is killed. */
  readonly timeoutMs: number;
  /** Most bytes that it may write. */
  readonly maxBytes: number;
}

/** Starts a program without a shell and returns what it wrote and how it ended. */
export type RunHelper = (run: HelperRun) => Promise<{ readonly status: number | null; readonly output: Uint8Array }>;

/** Where a program is looked for, and what its child may see. */
export interface HelperHost {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly run: RunHelper;
  readonly timeoutMs: number;
}

const maxBytes = 64 * 1024;
/** What helpers need to find their store, and nothing of ours (S27). */
const passedOn = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'TMPDIR',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_RUNTIME_DIR',
  'DBUS_SESSION_BUS_ADDRESS',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'GNUPGHOME',
  'GPG_TTY',
  'PASSWORD_STORE_DIR',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'SystemRoot',
  'TEMP',
  'TMP',
];

/** The grammar of a helper's name: it becomes part of the name of a program. @throws SignError `ERR_MALFORMED` */
export function checkHelperName(name: string): void {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name))
    throw new SignError(
      'ERR_MALFORMED',
      `registry configuration: '${shownName(name, 80)}' cannot be the name of a credential helper`,
    );
}

/** Windows writes the name of the variable in its own way. */
const pathOf = (environment: HelperHost['environment']) => environment.PATH ?? environment.Path ?? '';

/**
 * The program of a helper in the absolute entries of `PATH`: never in the working directory, never in a relative entry.
 * @throws SignError `ERR_NOT_FOUND`
 */
async function findHelper(name: string, environment: HelperHost['environment']): Promise<string> {
  const { delimiter, isAbsolute, join } = await import('node:path');
  const { access, constants, stat } = await import('node:fs/promises');
  const file = `docker-credential-${name}${process.platform === 'win32' ? '.exe' : ''}`;
  for (const folder of pathOf(environment).split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, file);
    const found = await stat(path).catch(() => undefined);
    if (
      found?.isFile() &&
      (await access(path, constants.X_OK).then(
        () => true,
        () => false,
      ))
    )
      return path;
  }
  throw new SignError('ERR_NOT_FOUND', `no program ${file} in the absolute folders of PATH`);
}

/**
 * Asks a credential helper (docker-credential-helpers protocol, `get`): the key of the server on its input, JSON on its output.
 * @returns `undefined` when the helper has no login for this server
 * @throws SignError `ERR_NOT_FOUND` without the program, `ERR_TIMEOUT`, `ERR_LIMIT`, `ERR_AUTHENTICATION` when it fails, `ERR_PROTOCOL`.
 * Nothing of its output is ever shown
 */
export async function askHelper(name: string, key: string, host: HelperHost): Promise<StoredLogin | undefined> {
  checkHelperName(name);
  if (!/^[\x21-\x7e]{1,300}$/.test(key)) invalidArgument('a registry host for a credential helper holds visible ASCII only');
  const path = await findHelper(name, host.environment);
  const environment: Record<string, string> = {};
  for (const variable of passedOn) {
    const value = host.environment[variable];
    if (value !== undefined) environment[variable] = value;
  }
  // What the helper starts itself is not taken from the working directory either.
  const { delimiter, isAbsolute } = await import('node:path');
  environment.PATH = pathOf(host.environment).split(delimiter).filter(isAbsolute).join(delimiter);
  const { timeoutMs } = host;
  const { status, output } = await host.run({ path, input: utf8Bytes(key), environment, timeoutMs, maxBytes });
  if (status === 0) return answered(name, output);
  // The protocol has no codes: this text is how every helper says that there is nothing.
  if (/credentials not found/i.test(new TextDecoder().decode(output.subarray(0, 4096)))) return undefined;
  throw new SignError('ERR_AUTHENTICATION', `credential helper ${name} failed (${status ?? 'killed'})`);
}

function answered(name: string, output: Uint8Array): StoredLogin | undefined {
  const { Username: username, Secret: secret } = jsonOf(name, output);
  if (typeof username !== 'string' || typeof secret !== 'string')
    throw new SignError('ERR_PROTOCOL', `credential helper ${name} gave no name and secret`);
  if (username === '' && secret === '') return undefined;
  return username === '<token>' ? { identityToken: secret } : { username, password: secret };
}

function jsonOf(name: string, output: Uint8Array): JsonObject {
  try {
    const json = parseJson(output, { what: 'answer', maxBytes });
    if (isJsonObject(json)) return json;
  } catch {
    // Said below, without the text: it may hold the secret.
  }
  throw new SignError('ERR_PROTOCOL', `credential helper ${name} wrote something else than a JSON object`);
}
