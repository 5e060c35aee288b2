import { basename, dirname, join } from 'node:path';
import { nodeFiles, SignError } from '@securosys/core';
import { codeOf } from '../files/read-file.js';

/** Where `pkcs11js` lies when it was installed with this program: beside it, or in the `node_modules` that its package is in. */
function usualPlaces(programFolder: string): readonly string[] {
  const beside = join(programFolder, 'node_modules', 'pkcs11js');
  if (basename(programFolder) !== 'dist') return [beside];
  const own = dirname(programFolder);
  const scope = dirname(own);
  return [
    beside,
    join(own, 'node_modules', 'pkcs11js'),
    ...(basename(scope) === '@securosys' ? [join(dirname(scope), 'pkcs11js')] : []),
  ];
}

async function isPackage(folder: string): Promise<boolean> {
  try {
    return (await nodeFiles().stat(join(folder, 'package.json'))).isFile();
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR') return false;
    throw new SignError('ERR_STORE', 'the folder of pkcs11js cannot be looked at', { cause });
  }
}

/**
 * Folder of `pkcs11js`, which is compiled where it is installed and so is no part of this program. Looked for in no other place than
 * those that belong to the program: neither in the working directory nor in the folders above (S28).
 * @param given the one that the configuration names
 * @throws SignError `ERR_CAPABILITY_MISSING`
 */
export async function findPkcs11js(given: string | undefined, programFolder: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  for (const place of programFolder === undefined ? [] : usualPlaces(programFolder)) if (await isPackage(place)) return place;
  const install = 'npm install --prefix /opt/securosys pkcs11js';
  const say = '"pkcs11js": "/opt/securosys/node_modules/pkcs11js" in the configuration';
  throw new SignError('ERR_CAPABILITY_MISSING', `pkcs11js is not installed beside this program: ${install}, then say ${say}`);
}
