import { type Descriptor, SignError } from '@securosys/core';
import { type Call, discard } from '@securosys/transport';
import { boundedReferrers } from '../internal/bounded-referrers.js';
import { mediaTypes } from '../media-types.js';
import type { RegistryClient } from './client.js';
import { contentType } from './content.js';
import { nextPage } from './link.js';
import { readListing, readReferrersTag } from './referrers-tag.js';
import { statusError } from './status.js';

/**
 * Referrers of a digest: the API with its pages, else the referrers tag (`notation.md` §11.3). Unfiltered and filtered lists
 * are treated alike, because the filter is applied here again.
 * @throws SignError `ERR_LIMIT` when a cap ends the listing: not the same as "there are no more"
 */
export function listReferrers(
  call: Call,
  client: RegistryClient,
  digest: string,
  artifactType?: string,
): AsyncGenerator<Descriptor> {
  const entries = listed(call, client, digest, artifactType);
  return boundedReferrers(call, client.settings.limits, digest, entries, (entry) =>
    artifactType === undefined || entry.artifactType === artifactType ? entry : undefined,
  );
}

async function* listed(call: Call, client: RegistryClient, digest: string, artifactType?: string): AsyncGenerator<Descriptor> {
  for await (const entries of pages(call, client, digest, artifactType)) yield* entries;
}

async function* pages(
  call: Call,
  client: RegistryClient,
  digest: string,
  artifactType?: string,
): AsyncGenerator<readonly Descriptor[]> {
  const { limits } = client.settings;
  let url: URL | undefined = client.url(`referrers/${digest}`);
  if (artifactType !== undefined) url.searchParams.set('artifactType', artifactType);
  const visited = new Set<string>();
  let unusable = 0;
  while (url) {
    if (visited.has(url.href)) throw new SignError('ERR_PROTOCOL', 'the pages of the referrers listing form a loop');
    visited.add(url.href);
    if (visited.size > limits.pages)
      throw new SignError('ERR_LIMIT', `the referrers of ${digest} end at a limit: over ${limits.pages} pages`);
    const response = await apiPage(call, client, url);
    if (!response) {
      // Only a registry without the API may be asked for the tag: half a listing must not be completed by another source.
      if (visited.size > 1) throw new SignError('ERR_PROTOCOL', 'the referrers listing breaks off between pages');
      const tagged = await readReferrersTag(call, client, digest);
      if (tagged) yield tagged.entries;
      return;
    }
    const bytes = await client.body(call, response, limits.manifestBytes, 'the referrers listing');
    const { raw, entries } = readListing(call, client, bytes);
    unusable += raw.length - entries.length;
    if (unusable > limits.referrers * 10)
      throw new SignError(
        'ERR_LIMIT',
        `the referrers of ${digest} end at a limit: over ${limits.referrers * 10} unusable entries`,
      );
    yield entries;
    url = nextPage(response, url);
  }
}

/** One page, or `undefined` when this registry has no referrers API. */
async function apiPage(call: Call, client: RegistryClient, url: URL): Promise<Response | undefined> {
  const what = `list referrers in ${client.name}`;
  const response = await client.send(call, {
    method: 'GET',
    url,
    action: 'pull',
    headers: { accept: mediaTypes.imageIndex },
    accept: [200, 404],
    what,
  });
  if (response.status === 404) {
    const error = await statusError(call, client.settings, response, what);
    if (error.details.upstreamName === 'NAME_UNKNOWN') throw error;
    return undefined;
  }
  if (contentType(response) === mediaTypes.imageIndex) return response;
  await discard(response);
  return undefined;
}
