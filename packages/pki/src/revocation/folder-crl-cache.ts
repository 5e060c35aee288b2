import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import {
  base64Bytes,
  base64Text,
  hexText,
  type JsonValue,
  nodeCrypto,
  nodeFiles,
  parseJsonObject,
  SignError,
  sha256Hex,
  utf8Bytes,
} from '@securosys/core';
import type { CachedCrl, CrlCache } from './crl-cache.js';

/** Two CRLs of 32 MiB as base64, and the names around them. */
const maxFileBytes = 90 * 1024 * 1024;

const refused = (why: string, cause?: unknown) =>
  new SignError('ERR_STORE', `CRL cache: ${why}`, cause === undefined ? {} : { cause });
const isAbsent = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT';

async function contents(file: FileHandle): Promise<Uint8Array> {
  const stats = await file.stat();
  if (!stats.isFile()) throw refused('an entry is no regular file');
  if (stats.size > maxFileBytes) throw new SignError('ERR_LIMIT', `an entry of the CRL cache is over ${maxFileBytes} bytes`);
  const bytes = new Uint8Array(stats.size);
  let length = 0;
  for (let more = 1; more > 0 && length < bytes.byteLength; length += more)
    more = (await file.read(bytes, length, bytes.byteLength - length)).bytesRead;
  return bytes.subarray(0, length);
}

async function read(path: string): Promise<Uint8Array | undefined> {
  const { constants, open } = nodeFiles();
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const file = await open(path, flags).catch((cause: unknown) => {
    if (isAbsent(cause)) return undefined;
    throw refused('an entry cannot be opened', cause);
  });
  if (!file) return undefined;
  try {
    return await contents(file);
  } finally {
    await file.close();
  }
}

/** Written to a file of its own in the same folder, then renamed: never across mounts (CVE-2024-51491), never through a link (S29). */
async function write(folder: string, name: string, text: string): Promise<void> {
  const { mkdir, lstat, writeFile, rename, rm } = nodeFiles();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!(await lstat(folder)).isDirectory()) throw refused('its folder is none');
  const temporary = join(folder, `.${hexText(nodeCrypto().randomBytes(12))}.tmp`);
  try {
    await writeFile(temporary, text, { flag: 'wx', mode: 0o600 });
    await rename(temporary, join(folder, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function crlIn(value: JsonValue | undefined, name: string): Uint8Array {
  if (typeof value !== 'string') throw new SignError('ERR_MALFORMED', `an entry of the CRL cache lacks '${name}'`);
  return base64Bytes(value, name);
}

/**
 * A cache of CRLs in a folder, shared with the Notation programs (`notation.md` §10.3; theirs is `crl` in their cache folder): one file for each
 * URL, named by the SHA-256 of it, JSON with `baseCRL` and `deltaCRL`. The folder is made with mode 0700 at the first entry. Filling it ahead
 * serves hosts without a network.
 */
export function createFolderCrlCache(folder: string): CrlCache {
  const nameOf = (url: string) => sha256Hex(utf8Bytes(url));
  return {
    async get(url): Promise<CachedCrl | undefined> {
      const bytes = await read(join(folder, nameOf(url)));
      if (!bytes) return undefined;
      const { baseCRL, deltaCRL } = parseJsonObject(bytes, { what: 'entry of the CRL cache', maxBytes: maxFileBytes });
      const base = crlIn(baseCRL, 'baseCRL');
      return deltaCRL === undefined || deltaCRL === null ? { base } : { base, delta: crlIn(deltaCRL, 'deltaCRL') };
    },
    async set(url, { base, delta }) {
      const text = JSON.stringify({ baseCRL: base64Text(base), ...(delta && { deltaCRL: base64Text(delta) }) });
      await write(folder, nameOf(url), text).catch((cause: unknown) => {
        throw SignError.is(cause) ? cause : refused('an entry cannot be written', cause);
      });
    },
  };
}
