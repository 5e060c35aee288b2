import { isAbsolute } from 'node:path';
import { invalidArgument, nodeFiles, sanitizeText } from '@securosys/core';
import type { OpenPkcs11Options } from './options.js';
import type { Pkcs11Uri } from './uri/attributes.js';

/** The file behind a path, all links followed; relative paths would be looked up where somebody else may write (S28). */
async function realFile(what: string, path: string): Promise<string> {
  const shown = sanitizeText(path, 200);
  if (!isAbsolute(path)) invalidArgument(`${what} '${shown}' is not an absolute path`);
  const { realpath, stat } = nodeFiles();
  try {
    const real = await realpath(path);
    if ((await stat(real)).isFile()) return real;
  } catch (error) {
    invalidArgument(`${what} '${shown}' cannot be read; give the path of the PKCS#11 library`, error);
  }
  return invalidArgument(`${what} '${shown}' is no file; give the path of the PKCS#11 library`);
}

/** Those of an allow-list that exist here; others cannot be meant. */
async function allowedFiles(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.allSettled(paths.map((path) => realFile('allowModulePathFromUri', path)));
  return found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

/**
 * The library to load. A URI may name one only where a list says which ones are allowed, and both are compared after all links were
 * followed (`pkcs11.md` §5.1).
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export async function modulePath(
  { module, allowModulePathFromUri = [] }: Pick<OpenPkcs11Options, 'module' | 'allowModulePathFromUri'>,
  uri: Pkcs11Uri | undefined,
): Promise<string> {
  if (module !== undefined) return realFile('module', module);
  if (uri?.modulePath === undefined) return invalidArgument('openPkcs11 needs module: the absolute path of the PKCS#11 library');
  if (allowModulePathFromUri.length === 0)
    invalidArgument('the URI names the library to load; give module, or list it in allowModulePathFromUri');
  const wanted = await realFile('module-path of the URI', uri.modulePath);
  const allowed = await allowedFiles(allowModulePathFromUri);
  if (!allowed.includes(wanted))
    invalidArgument(`the library '${sanitizeText(wanted, 200)}' that the URI names is not in allowModulePathFromUri`);
  return wanted;
}
