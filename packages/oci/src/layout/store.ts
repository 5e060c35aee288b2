import { join } from 'node:path';
import { equalBytes, nodeFiles, parseJsonObject, SignError, utf8Bytes } from '@securosys/core';
import { checkContent, digestOf, parseDigest } from '../digest.js';
import { mediaTypes } from '../media-types.js';
import { errno, makeFolder, openPlainFile, readPlainFile, realFolder, writeNew, writeWhole } from './files.js';

const version = '1.0.0';

/** Where a blob lies. Only checked hex becomes a path (CVE-2024-3727). */
export function blobPath(layout: string, digest: string): string {
  const { algorithm, hex } = parseDigest(digest);
  return join(layout, 'blobs', algorithm, hex);
}

/** The folders above a blob, outermost first: none of them may be a link. */
export function blobFolders(layout: string, digest: string): readonly string[] {
  const blobs = join(layout, 'blobs');
  return [blobs, join(blobs, parseDigest(digest).algorithm)];
}

/** Checks that a folder is an image layout of the one known version. */
export async function openLayout(layout: string): Promise<void> {
  const { imageLayoutVersion } = parseJsonObject(await readPlainFile(join(layout, 'oci-layout'), 4096), { what: 'oci-layout' });
  if (imageLayoutVersion !== version) throw new SignError('ERR_MALFORMED', `image layout: version is not ${version}`);
}

async function writeUnlessThere(path: string, json: object): Promise<void> {
  try {
    const { file } = await openPlainFile(path, Number.POSITIVE_INFINITY);
    await file.close();
  } catch (error) {
    if (!SignError.is(error, 'ERR_NOT_FOUND')) throw error;
    await writeNew(path, utf8Bytes(JSON.stringify(json)));
  }
}

/** What tells a file from another one in its place, and from itself after a change. */
async function fingerprint(path: string): Promise<string | undefined> {
  const found = await nodeFiles()
    .lstat(path, { bigint: true })
    .catch(() => undefined);
  return found?.isFile() ? [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ') : undefined;
}

/** The layout that was found whole last, by its `oci-layout`: whoever fills a layout does not look at all of it for each blob. */
let whole: { readonly layout: string; readonly marker: string } | undefined;

async function isWhole(layout: string, marker: string | undefined): Promise<boolean> {
  if (marker === undefined || whole?.layout !== layout || whole.marker !== marker) return false;
  return (await fingerprint(join(layout, 'index.json'))) !== undefined;
}

/** Makes an empty layout of a folder that is none yet. */
export async function ensureLayout(layout: string): Promise<void> {
  const file = join(layout, 'oci-layout');
  if (await isWhole(layout, await fingerprint(file))) return;
  await makeFolder(layout);
  await writeUnlessThere(join(layout, 'oci-layout'), { imageLayoutVersion: version });
  await openLayout(layout);
  await writeUnlessThere(join(layout, 'index.json'), { schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests: [] });
  await ensureBlobFolder(layout, 'sha256');
  const marker = await fingerprint(file);
  if (marker !== undefined) whole = { layout, marker };
}

/** The folder of blobs, made if it is not there; a link in its place is refused. */
export async function ensureBlobFolder(layout: string, algorithm: string): Promise<string> {
  for (const folder of [join(layout, 'blobs'), join(layout, 'blobs', algorithm)]) {
    await realFolder(folder).catch((error: unknown) => {
      if (!SignError.is(error, 'ERR_NOT_FOUND')) throw error;
      return makeFolder(folder);
    });
  }
  return join(layout, 'blobs', algorithm);
}

/** Reads a blob that must be what its digest, and size if given, say. */
export async function readBlob(
  layout: string,
  content: { digest: string; size?: number },
  maxBytes: number,
): Promise<Uint8Array> {
  for (const folder of blobFolders(layout, content.digest)) await realFolder(folder);
  const bytes = await readPlainFile(blobPath(layout, content.digest), maxBytes);
  checkContent(bytes, content, 'the blob in the image layout');
  return bytes;
}

/** Whether a regular file of the right size lies where the blob belongs. Its content is checked when it is read. */
export async function blobIsThere(layout: string, blob: { readonly digest: string; readonly size: number }): Promise<boolean> {
  try {
    for (const folder of blobFolders(layout, blob.digest)) await realFolder(folder);
    const found = await nodeFiles().lstat(blobPath(layout, blob.digest));
    return found.isFile() && found.size === blob.size;
  } catch (error) {
    if (errno(error) === 'ENOENT' || SignError.is(error, 'ERR_NOT_FOUND')) return false;
    throw SignError.is(error) ? error : new SignError('ERR_STORE', 'image layout: a blob cannot be looked at', { cause: error });
  }
}

/** Larger blobs are written again rather than read. */
const smallBlob = 64 << 10;

/** Whether the very content lies there. */
async function liesThere(path: string, bytes: Uint8Array): Promise<boolean> {
  if (bytes.byteLength > smallBlob) return false;
  const found = await nodeFiles()
    .lstat(path)
    .catch(() => undefined);
  if (!found?.isFile() || found.size !== bytes.byteLength) return false;
  try {
    return equalBytes(await readPlainFile(path, bytes.byteLength), bytes);
  } catch (error) {
    // What cannot be read is replaced.
    if (SignError.is(error)) return false;
    throw error;
  }
}

/** Stores a blob under its SHA-256. A file that is there already and holds something else is replaced, so that a damaged one heals. */
export async function writeBlob(layout: string, bytes: Uint8Array): Promise<string> {
  const digest = digestOf(bytes);
  await ensureBlobFolder(layout, 'sha256');
  const path = blobPath(layout, digest);
  if (!(await liesThere(path, bytes))) await writeWhole(path, bytes);
  return digest;
}
