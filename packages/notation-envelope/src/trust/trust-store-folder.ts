import { join } from 'node:path';
import { nodeFiles, SignError, sanitizeText } from '@securosys/core';
import { type Certificate, parseCertificates } from '@securosys/pki';
import { readRegularFile } from './notation-config-file.js';
import { checkStoreContents, type TrustStore } from './trust-store.js';
import { parseTrustStoreName, type TrustStoreType } from './trust-store-name.js';

const maxFiles = 1_000;
const maxFileBytes = 1024 * 1024;
const maxStoreBytes = 16 * 1024 * 1024;

const refused = (what: string): SignError =>
  new SignError('ERR_CHAIN_INVALID', `trust store ${what}`, { details: { rule: 'trust-store' } });

/** The folder itself, never what a link says it is. */
async function checkFolder(path: string, store: string): Promise<void> {
  if (!(await nodeFiles().lstat(path)).isDirectory()) throw refused(`${store} is not a folder`);
}

async function load(directory: string, type: TrustStoreType, name: string): Promise<readonly Certificate[]> {
  const store = `${type}:${name}`;
  const folder = join(directory, 'x509', type, name);
  for (const part of [join(directory, 'x509'), join(directory, 'x509', type), folder]) await checkFolder(part, store);
  const entries = (await nodeFiles().readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (entries.length > maxFiles) throw new SignError('ERR_LIMIT', `trust store ${store} holds over ${maxFiles} files`);
  let room = maxStoreBytes;
  const certificates: Certificate[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) throw refused(`${store} holds something else than regular files`);
    const bytes = await readRegularFile(join(folder, entry.name), `a file of trust store ${store}`, Math.min(room, maxFileBytes));
    room -= bytes.byteLength;
    certificates.push(...parseCertificates(bytes));
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
