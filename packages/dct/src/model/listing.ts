import { isJsonObject } from '@securosys/core';
import { dctFault } from './fault.js';
import { type FileHashes, readHashes } from './hashes.js';
import { isDelegation } from './roles.js';
import { inFile, malformedFile, readSignedFile, type SignedFile } from './signed-file.js';

/** A snapshot or timestamp, read: hashes of other files by their roles. */
export interface ListingFile extends SignedFile {
  readonly meta: ReadonlyMap<string, FileHashes>;
}

/** Most files that a snapshot may list. */
const maxFiles = 10_000;

const listed = { snapshot: ['root', 'targets'], timestamp: ['snapshot'] } as const;

/**
 * Reads a snapshot or timestamp (`dct.md` §4.1).
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`, `ERR_NOT_TRUSTED` when it leaves out a file that it must list; with `details.role`
 */
export function readListing(role: 'snapshot' | 'timestamp', bytes: Uint8Array): ListingFile {
  const file = readSignedFile(role, bytes);
  return inFile(role, () => {
    const { meta } = file.signed;
    if (!isJsonObject(meta)) return malformedFile(role, 'it lists no files');
    const entries = Object.entries(meta);
    if (entries.length > maxFiles) malformedFile(role, `it lists over ${maxFiles} files`, 'limit');
    const files = new Map(entries.map(([name, json]) => [name, readHashes(json, 'a file')]));
    for (const name of files.keys())
      if (!listed[role].some((known) => known === name) && !(role === 'snapshot' && isDelegation(name)))
        malformedFile(role, 'it lists a file of no role', 'invalid-role');
    for (const name of listed[role]) if (!files.has(name)) throw dctFault(role, 'unlisted', `it does not list ${name}`);
    return { ...file, meta: files };
  });
}
