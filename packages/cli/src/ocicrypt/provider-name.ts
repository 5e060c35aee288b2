import { basename, isAbsolute } from 'node:path';
import { isJsonObject, type JsonValue, parseJsonObject } from '@securosys/core';
import type { Environment } from '../config/environment.js';
import { readOwnFile } from '../files/read-file.js';

/** Whether an entry of `ocicrypt.conf` starts this program with these arguments. */
function starts(entry: JsonValue | undefined, program: string, args: readonly string[]): boolean {
  const cmd = isJsonObject(entry) ? entry.cmd : undefined;
  if (!isJsonObject(cmd) || typeof cmd.path !== 'string' || basename(cmd.path) !== program) return false;
  return JSON.stringify(cmd.args ?? []) === JSON.stringify(args);
}

/**
 * The name that `ocicrypt.conf` has for this program: callers do not say it, and the parameters of the provider stand under it. The file
 * is the caller's (`ocicrypt.md` §6), and nothing else in it matters.
 * @returns `undefined` when there is no such file, or nothing in it or two entries that start this program
 */
export async function configuredName(env: Environment, program: string, args: readonly string[]): Promise<string | undefined> {
  const path = env.OCICRYPT_KEYPROVIDER_CONFIG;
  if (!path || !isAbsolute(path)) return undefined;
  try {
    const bytes = await readOwnFile(path, 'ocicrypt.conf', 'any');
    const providers = bytes && parseJsonObject(bytes, { what: 'ocicrypt.conf' })['key-providers'];
    if (!isJsonObject(providers)) return undefined;
    const names = Object.keys(providers).filter((name) => starts(providers[name], program, args));
    return names.length === 1 ? names[0] : undefined;
  } catch {
    return undefined; // the caller reads this file and says what is wrong with it; here is the usual name
  }
}
