import { join } from 'node:path';
import { sha256Hex } from '@securosys/core';
import type { CosignKmsPlugin } from '@securosys/cosign';
import { readOwnFile } from '../files/read-file.js';
import { makeOwnFolder, writeOwnFile } from '../files/write-file.js';

/**
 * Public keys that were seen before, in files by their hashes. Only keys that are pinned are looked for here, and what a file holds has to
 * have that very hash (S29): whoever can write here cannot put another key in its place.
 */
export function publicKeyFiles(folder: () => Promise<string>): NonNullable<CosignKmsPlugin['publicKeys']> {
  const fileOf = async (spkiSha256: string) => join(await folder(), `${spkiSha256}.der`);
  return {
    get: async (_, spkiSha256) => {
      try {
        return await readOwnFile(await fileOf(spkiSha256), 'the public key', 'own');
      } catch {
        return undefined; // whatever is wrong with it, the backend knows the key
      }
    },
    put: async (_, spki) => {
      try {
        await makeOwnFolder(await folder());
        await writeOwnFile(await fileOf(sha256Hex(spki)), spki, { replace: true });
      } catch {
        return; // a disk that is full or read-only costs a call of the backend and nothing else
      }
    },
  };
}
