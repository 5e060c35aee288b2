import { concatBytes, SignError, sanitizeText } from '@securosys/core';
import { type Certificate, parseCertificates } from '@securosys/pki';
import { checkStoreContents, type TrustStore } from './trust-store.js';
import { parseTrustStoreName, type TrustStoreType } from './trust-store-name.js';

const maxFiles = 1_000;
const maxFileBytes = 1024 * 1024;

const refused = (what: string): SignError =>
  new SignError('ERR_CHAIN_INVALID', `trust store ${what}`, { details: { rule: 'trust-store' } });

async function readFile(path: string): Promise<Uint8Array> {
  const { constants } = await import('node:fs');
  const { open } = await import('node:fs/promises');
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    if (!(await file.stat()).isFile()) throw refused('holds something else than regular files');
    const chunk = new Uint8Array(maxFileBytes + 1);
    let length = 0;
    for (let more = 1; more > 0 && length <= maxFileBytes; length += more)
      more = (await file.read(chunk, length, chunk.byteLength - length)).bytesRead;
    if (length > maxFileBytes) throw new SignError('ERR_LIMIT', `a file of the trust store is over ${maxFileBytes} bytes`);
    return concatBytes(chunk.subarray(0, length));
  } finally {
    await file.close();
  }
}

async function load(directory: string, type: TrustStoreType, name: string): Promise<readonly Certificate[]> {
  const { lstat, readdir } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const folder = join(directory, 'x509', type, name);
  if (!(await lstat(folder)).isDirectory()) throw refused(`${type}:${name} is not a folder`);
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (entries.length > maxFiles) throw new SignError('ERR_LIMIT', `trust store ${type}:${name} holds over ${maxFiles} files`);
  const certificates: Certificate[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) throw refused(`${type}:${name} holds something else than regular files`);
    certificates.push(...parseCertificates(await readFile(join(folder, entry.name))));
  }
  checkStoreContents(certificates, type, name);
  return certificates;
}

/** A store that is not there is the first thing everybody meets, so this names the folder and what belongs into it. */
function unreadable(cause: unknown, directory: string, store: string): SignError {
  const folder = sanitizeText([directory, 'x509', ...store.split(':')].join('/'), 4_096);
  if ((cause as NodeJS.ErrnoException).code !== 'ENOENT')
    return new SignError('ERR_STORE', `trust store ${store} cannot be read: ${folder}`, { cause });
  const what = store.startsWith('ca:') ? 'CA certificates' : 'certificates';
  return new SignError('ERR_NOT_FOUND', `trust store ${store}: no folder ${folder}: put ${what} (PEM or DER) there`, { cause });
}

/**
 * Trust stores in a folder as notation keeps them: `{directory}/x509/{type}/{name}/{file}`, each file PEM or DER
 * (`notation.md` §13). Links, sub-folders and files without a certificate break a store, as they do there. Files are read
 * again at each use, so that a removed anchor is gone at once.
 * @param directory the `truststore` folder itself
 */
export function trustStoreFromFolder(directory: string): TrustStore {
  return {
    load: async (type, name) => {
      parseTrustStoreName(`${type}:${name}`);
      try {
        return await load(directory, type, name);
      } catch (error) {
        throw SignError.is(error) ? error : unreadable(error, directory, `${type}:${name}`);
      }
    },
  };
}
