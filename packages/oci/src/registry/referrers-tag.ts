import { SignError } from '@securosys/core';
import type { Call } from '@securosys/transport';
import { digestOf, parseDigest } from '../digest.js';
import { decodeListing, type Listing } from '../manifest.js';
import { mediaTypes } from '../media-types.js';
import type { RegistryClient } from './client.js';
import { checkDigestHeader, contentType, etagOf } from './content.js';
import type { Tagged } from './settled-tag.js';

/** The referrers tag of a subject: algorithm, dash, the first 64 hex characters (distribution-spec, "Referrers Tag Schema"). */
export function referrersTag(digest: string): string {
  const { algorithm, hex } = parseDigest(digest);
  return `${algorithm}-${hex.slice(0, 64)}`;
}

/** The index behind a referrers tag. */
export interface TaggedIndex extends Listing, Tagged {
  readonly digest: string;
}

/** Reads a listing and tells the logger, once, what is left out of it. */
export function readListing(call: Call, client: RegistryClient, bytes: Uint8Array): Listing {
  const unusable: SignError[] = [];
  const listing = decodeListing(bytes, client.settings.limits.manifestBytes, (error) => unusable.push(error));
  const [first] = unusable;
  if (first)
    call.logger?.warn('unusable entries of a referrers listing were skipped', { count: unusable.length, first: first.message });
  return listing;
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
  return { ...readListing(call, client, bytes), digest: digestOf(bytes), ...etagOf(response) };
}
