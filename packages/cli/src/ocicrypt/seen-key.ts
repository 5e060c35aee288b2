import { join } from 'node:path';
import { SignError, sha256Hex, utf8Bytes, utf8Text } from '@securosys/core';
import { readOwnFile } from '../files/read-file.js';
import { makeOwnFolder, writeOwnFile } from '../files/write-file.js';

/**
 * Remembers keys that nobody has pinned by what they were when they were first used: arguments of the closed plugin have no place for a
 * pin, and a key that another has taken the place of must not get the next image (S7).
 */
export interface SeenKeys {
  /** SHA-256 of the key that was seen under a label; `undefined`: none was. */
  hash(label: string): Promise<string | undefined>;
  /** @throws SignError `ERR_KEY_CHANGED` */
  remember(label: string, spki: Uint8Array): Promise<void>;
}

/** @param backend what tells backends apart, such as the URL of a TSB */
export function seenKeys(folder: string, backend: string): SeenKeys {
  const fileOf = (label: string) => join(folder, `${sha256Hex(utf8Bytes(JSON.stringify([backend, label])))}.txt`);
  async function hash(label: string): Promise<string | undefined> {
    const bytes = await readOwnFile(fileOf(label), 'the hash of the key', 'own');
    return bytes && utf8Text(bytes, 'the hash of the key').trim();
  }
  return {
    hash,
    async remember(label, spki) {
      const [before, now] = [await hash(label), sha256Hex(spki)];
      if (before === now) return;
      if (before !== undefined)
        throw new SignError(
          'ERR_KEY_CHANGED',
          `the key is another one than when it was first used; remembered in ${fileOf(label)}`,
        );
      await makeOwnFolder(folder);
      await writeOwnFile(fileOf(label), `${now}\n`);
    },
  };
}
