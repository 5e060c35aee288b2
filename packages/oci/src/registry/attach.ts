import { type Descriptor, SignError } from '@securosys/core';
import type { Call } from '@securosys/transport';
import type { AttachOptions } from '../repository.js';
import type { RegistryClient } from './client.js';
import { putManifest } from './put-manifest.js';
import { listReferrers } from './referrers-list.js';
import { addToReferrersTag } from './referrers-merge.js';

/** A manifest about to be attached, and how listings will show it. */
interface Attachment {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly subject: Descriptor;
  readonly entry: Descriptor;
}

/**
 * Stores a manifest under its digest and sees to it that it is found from its subject (`notation.md` §11.2; distribution-spec, "Pushing
 * Manifests with Subject").
 * @throws SignError `ERR_PROTOCOL` when the registry filed it under another subject, or lists it nowhere; `ERR_CONFLICT`
 */
export async function attach(
  call: Call,
  client: RegistryClient,
  { bytes, mediaType, subject, entry }: Attachment,
  { confirm = false, deleteReplaced = false }: AttachOptions,
): Promise<void> {
  const { response } = await putManifest(call, client, bytes, mediaType);
  const indexed = response.headers.get('oci-subject');
  if (indexed !== null && indexed !== subject.digest)
    throw new SignError('ERR_PROTOCOL', 'the registry filed the manifest under another subject');
  if (indexed !== null && (!confirm || (await isListed(call, client, subject, entry)))) return;
  await addToReferrersTag(call, client, subject, entry, deleteReplaced);
  // A registry with the API is never asked for the tag, so what the API leaves out stays hidden.
  if (confirm && !(await isListed(call, client, subject, entry)))
    throw new SignError('ERR_PROTOCOL', `${entry.digest} is stored, but the registry does not list it for its subject`);
}

const looks = 3;

/** Whether readers find it. Some registries index a moment later than they answer. */
async function isListed(call: Call, client: RegistryClient, subject: Descriptor, entry: Descriptor): Promise<boolean> {
  for (let look = 0; look < looks; look++) {
    if (look > 0) await call.sleep(200 * 4 ** look * (0.5 + client.settings.random() / 2));
    for await (const known of listReferrers(call, client, subject.digest, entry.artifactType))
      if (known.digest === entry.digest) return true;
  }
  return false;
}
