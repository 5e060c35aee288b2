import { isJsonObject, type JsonObject, parseJsonObject, SignError } from '@securosys/core';
import type { Call } from '@securosys/transport';
import { digestOf, parseDigest } from '../digest.js';
import { decodeManifest, type ImageIndex } from '../manifest.js';
import { mediaTypes } from '../media-types.js';
import type { RegistryClient } from './client.js';
import { checkDigestHeader, contentType } from './content.js';

/** The referrers tag of a subject: algorithm, dash, the first 64 hex characters (distribution-spec, "Referrers Tag Schema"). */
export function referrersTag(digest: string): string {
  const { algorithm, hex } = parseDigest(digest);
  return `${algorithm}-${hex.slice(0, 64)}`;
}

/** The index behind a referrers tag. */
export interface TaggedIndex {
  readonly digest: string;
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
  return { index, raw: manifests.filter(isJsonObject), digest: digestOf(bytes) };
}
