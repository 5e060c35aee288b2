import { isAbsolute } from 'node:path';
import { invalidArgument, SignError, sanitizeText } from '@securosys/core';

/** The file that this code is in: one of the two names exists, by the kind of the build. */
const here = (): string => (typeof __filename === 'string' ? __filename : import.meta.url);

/**
 * Absolute path of the main file of `pkcs11js`: the one beside this package, or the one that is named. The working directory is never
 * looked at (S28).
 * @throws SignError `ERR_CAPABILITY_MISSING` where it is not installed; `ERR_INVALID_ARGUMENT` for a relative path
 */
export function addonPath(given?: string): string {
  if (given !== undefined && !isAbsolute(given)) invalidArgument('openPkcs11: pkcs11js is not an absolute path');
  const { createRequire } = process.getBuiltinModule('node:module');
  try {
    // In a single-file executable there is no file of ours; who names the addon needs none.
    return createRequire(given ?? here()).resolve(given ?? 'pkcs11js');
  } catch (cause) {
    const where = given === undefined ? '' : ` in '${sanitizeText(given, 200)}'`;
    throw new SignError(
      'ERR_CAPABILITY_MISSING',
      `pkcs11js is not installed${where}; PKCS#11 needs it: npm install pkcs11js (a C compiler must be there), or npm rebuild pkcs11js where install scripts were off`,
      { cause },
    );
  }
}
