import { type CallOptions, hashBytes, hexText, sha256Hex } from '@securosys/core';
import { dctFault } from '../model/fault.js';
import type { FileHashes } from '../model/hashes.js';
import type { DctRole } from '../model/roles.js';
import { maxBytesOf } from '../model/signed-file.js';
import type { MetadataSource } from './source.js';

/**
 * Demands that a file is the one that another lists: its length, and each hash that is named (`dct.md` §9, 3).
 * @throws SignError `ERR_DIGEST_MISMATCH`
 */
export function checkListed(role: DctRole, bytes: Uint8Array, { length, sha256, sha512 }: FileHashes): void {
  const same =
    bytes.byteLength === length &&
    sha256Hex(bytes) === sha256 &&
    (sha512 === undefined || hexText(hashBytes('sha512', bytes)) === sha512);
  if (!same) throw dctFault(role, 'digest', 'it is not the file that is listed');
}

/**
 * The file of a role that another lists.
 * @throws SignError `ERR_NOT_TRUSTED` when it is not there, `ERR_DIGEST_MISMATCH`, `ERR_LIMIT`
 */
export async function listedFile(
  source: MetadataSource,
  role: DctRole,
  hashes: FileHashes,
  call: CallOptions,
): Promise<Uint8Array> {
  if (hashes.length > maxBytesOf(role)) throw dctFault(role, 'limit', `it has over ${maxBytesOf(role)} bytes`);
  const bytes = await source.byHash(role, hashes.sha256, { ...call, maxBytes: hashes.length });
  if (!bytes) throw dctFault(role, 'missing', 'the file that is listed is not there');
  checkListed(role, bytes, hashes);
  return bytes;
}
