import { join } from 'node:path';
import { makePrivateFolder } from '../store/private-folder.js';
import type { TlsMaterial } from '../tls/tls-options.js';
import { writePrivateFile } from './private-file.js';

const names = { ca: 'ca.pem', clientCertificate: 'client.pem', clientPrivateKey: 'client-key.pem' } as const;

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
