import { type Descriptor, isJsonObject, type JsonObject, parseJsonObject, SignError, utf8Bytes } from '@securosys/core';
import type { Call } from '@securosys/transport';
import { parseDigest } from '../digest.js';
import { decodeManifest, type ImageIndex } from '../manifest.js';
import { mediaTypes } from '../media-types.js';
import type { RegistryClient } from './client.js';
import { checkDigestHeader, contentType } from './content.js';
import { putManifest } from './upload.js';

/** The referrers tag of a subject: algorithm, dash, the first 64 hex characters (distribution-spec, "Referrers Tag Schema"). */
export function referrersTag(digest: string): string {
  const { algorithm, hex } = parseDigest(digest);
  return `${algorithm}-${hex.slice(0, 64)}`;
}

interface TaggedIndex {
  readonly index: ImageIndex;
  /** The entries as they are, with members that we do not know, for writing them back. */
  readonly raw: readonly JsonObject[];
}

/** The index behind the referrers tag; `undefined` when nobody wrote one. */
export async function readReferrersTag(call: Call, client: RegistryClient, digest: string): Promise<TaggedIndex | undefined> {
  const { manifestBytes } = client.settings.limits;
  const response = await client.send(call, {
    method: 'GET',
    url: client.url(`manifests/${referrersTag(digest)}`),
    action: 'pull',
    headers: { accept: mediaTypes.imageIndex },
    accept: [200, 404],
    what: `read the referrers tag in ${client.name}`,
  });
  const bytes = await client.body(call, response, manifestBytes, 'the referrers index');
  if (response.status === 404) return undefined;
  if (contentType(response) !== mediaTypes.imageIndex)
    throw new SignError('ERR_PROTOCOL', 'the referrers tag names no image index');
  checkDigestHeader(response, bytes, 'the referrers index');
  const index = decodeManifest(bytes, mediaTypes.imageIndex, manifestBytes);
  const { manifests } = parseJsonObject(bytes, { what: 'referrers index', maxBytes: manifestBytes, maxValues: 500_000 });
  if (index.kind !== 'index' || !Array.isArray(manifests))
    throw new SignError('ERR_PROTOCOL', 'the referrers tag names no image index');
  return { index, raw: manifests.filter(isJsonObject) };
}

const writes = 10;

/**
 * Adds an entry to the referrers tag. The tag schema has no locks, and plain read-modify-write loses signatures while every
 * signer reports success (`notation.md` §20 no. 61). So after each write the index is read back, twice with a pause, until the entry stays.
 * Old indexes are not deleted: another writer may just have made the same one current again.
 * @throws SignError `ERR_CONFLICT` when others kept overwriting the entry
 */
export async function addToReferrersTag(
  call: Call,
  client: RegistryClient,
  subject: Descriptor,
  entry: Descriptor,
): Promise<void> {
  await client.turns.take(`${client.name}@${subject.digest}`, () => mergeEntry(call, client, subject, entry));
}

async function mergeEntry(call: Call, client: RegistryClient, subject: Descriptor, entry: Descriptor): Promise<void> {
  for (let write = 0; write < writes; write++) {
    // Writers that met once would meet again without it.
    if (write > 0) await call.sleep(Math.random() * Math.min(2000, 100 * 2 ** write));
    const current = (await readReferrersTag(call, client, subject.digest))?.raw ?? [];
    if (!holds(current, entry)) await writeIndex(call, client, subject, [...unique(current), entry]);
    if (await stays(call, client, subject, entry)) return;
  }
  throw new SignError(
    'ERR_CONFLICT',
    `other writers keep replacing the referrers of ${subject.digest}; the manifest itself is stored`,
  );
}

async function stays(call: Call, client: RegistryClient, subject: Descriptor, entry: Descriptor): Promise<boolean> {
  for (let look = 0; look < 2; look++) {
    const now = await readReferrersTag(call, client, subject.digest);
    if (!now || !holds(now.raw, entry)) return false;
    if (look === 0) await call.sleep(50 + Math.random() * 150);
  }
  return true;
}

function holds(entries: readonly JsonObject[], entry: Descriptor): boolean {
  return entries.some((known) => known.digest === entry.digest);
}

function unique(entries: readonly JsonObject[]): JsonObject[] {
  return [...new Map(entries.map((entry) => [entry.digest, entry])).values()];
}

async function writeIndex(call: Call, client: RegistryClient, subject: Descriptor, manifests: readonly object[]): Promise<void> {
  const bytes = utf8Bytes(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests }));
  decodeManifest(bytes, mediaTypes.imageIndex, client.settings.limits.manifestBytes);
  await putManifest(call, client, bytes, mediaTypes.imageIndex, referrersTag(subject.digest));
}
