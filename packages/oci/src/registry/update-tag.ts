import { type Descriptor, invalidArgument } from '@securosys/core';
import type { Call } from '@securosys/transport';
import { checkTagContent } from '../internal/arguments.js';
import { acceptManifests } from '../media-types.js';
import type { ResolvedManifest, TagContent, TagUpdate } from '../repository.js';
import type { RegistryClient } from './client.js';
import { checkDigestHeader, contentType, etagOf, resolvedManifest } from './content.js';
import { settleTag, type Tagged } from './settled-tag.js';

interface TaggedManifest extends Tagged {
  readonly resolved: ResolvedManifest;
}

/** The manifest behind a tag, with its version; `undefined` when there is no such tag. */
async function readTag(call: Call, client: RegistryClient, tag: string): Promise<TaggedManifest | undefined> {
  const { manifestBytes } = client.settings.limits;
  const response = await client.send(call, {
    method: 'GET',
    url: client.url(`manifests/${tag}`),
    action: 'pull',
    headers: { accept: acceptManifests },
    accept: [200, 404],
    what: `read ${tag} of ${client.name}`,
  });
  const bytes = await client.body(call, response, manifestBytes, 'the manifest');
  if (response.status === 404) return undefined;
  checkDigestHeader(response, bytes, 'the manifest');
  return { resolved: resolvedManifest(client.name, bytes, contentType(response), {}, manifestBytes), ...etagOf(response) };
}

/**
 * Changes the manifest behind a tag so that many writers lose nothing.
 * @throws SignError `ERR_CONFLICT` when others kept writing over it
 */
export async function updateTag(
  call: Call,
  client: RegistryClient,
  tag: string,
  update: TagUpdate,
): Promise<Descriptor | undefined> {
  const ask = async (current: TaggedManifest | undefined): Promise<TagContent | undefined> => {
    const wanted = await call.race(Promise.resolve(update(current?.resolved)));
    if (wanted) checkTagContent(wanted, client.settings.limits.manifestBytes);
    return wanted;
  };
  return client.turns.take(`${client.name}:${tag}`, async () => {
    const first = await readTag(call, client, tag);
    // What is right already was stored by somebody who saw it settle.
    if (!(await ask(first))) return first?.resolved.descriptor;
    let next: TagContent | undefined;
    const settled = await settleTag<TaggedManifest>(call, client, {
      tag,
      read: () => readTag(call, client, tag),
      holds: async (current) => {
        next = await ask(current);
        return next === undefined;
      },
      change: () => next ?? invalidArgument('an update of a tag has to say the same of the same manifest'),
    });
    return settled.resolved.descriptor;
  });
}
