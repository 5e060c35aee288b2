import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignError, sanitizeText } from '@securosys/core';
import { makePrivateFolder } from '../store/private-folder.js';
import type { TlsMaterial } from '../tls/tls-options.js';

const names = { ca: 'ca.pem', clientCertificate: 'client.pem', clientPrivateKey: 'client-key.pem' } as const;

/** A file appears whole and for this user alone, and takes the place of whatever has its name: a link there is not followed (S29). */
function writePrivateFile(path: string, text: string): void {
  const fresh = `${path}.${randomUUID()}`;
  try {
    writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
    renameSync(fresh, path);
  } catch (cause) {
    rmSync(fresh, { force: true });
    throw new SignError('ERR_STORE', `the file cannot be written: ${sanitizeText(path)}`, { cause });
  }
}

/**
 * Puts PEM into files.
 * @returns paths in its place
 * @throws SignError `ERR_STORE` for a folder that is not this user's alone
 */
export function writeTlsFiles(tls: TlsMaterial, folder: string): TlsMaterial {
  makePrivateFolder(folder, 'the folder of --tls-files');
  const files = (Object.entries(tls) as [keyof TlsMaterial, string][]).map(([member, pem]) => {
    const path = join(folder, names[member]);
    writePrivateFile(path, pem);
    return [member, path];
  });
  return Object.fromEntries(files);
}
