import { type Descriptor, SignError } from '@securosys/core';
import { type Call, discard, foreignUrl } from '@securosys/transport';
import { digestOf } from '../digest.js';
import type { RegistryClient } from './client.js';
import { checkDigestHeader } from './content.js';

/** Whether a blob is there; a stated length must agree. */
export async function hasBlob(call: Call, client: RegistryClient, blob: Pick<Descriptor, 'digest' | 'size'>): Promise<boolean> {
  const response = await client.send(call, {
    method: 'HEAD',
    url: client.url(`blobs/${blob.digest}`),
    action: 'pull',
    accept: [200, 404],
    what: `look for a blob in ${client.name}`,
  });
  await discard(response);
  const length = response.headers.get('content-length');
  return response.status === 200 && (length === null || Number(length) === blob.size);
}

/** Monolithic upload (distribution-spec, "Pushing blobs"): POST for a place, PUT to it. */
export async function pushBlob(call: Call, client: RegistryClient, bytes: Uint8Array, mediaType: string): Promise<Descriptor> {
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
  if (await hasBlob(call, client, descriptor)) return descriptor;
  const what = `push a blob to ${client.name}`;
  const post = await client.send(call, {
    method: 'POST',
    url: client.url('blobs/uploads/'),
    action: 'push',
    accept: [202],
    what,
  });
  await discard(post);
  const location = post.headers.get('location');
  if (location === null) throw new SignError('ERR_PROTOCOL', `cannot ${what}: no upload location`);
  // To another origin the client sends no credentials, and only if it is https and public.
  const url = foreignUrl(location, client.url('blobs/uploads/'), 'the upload location');
  url.searchParams.set('digest', descriptor.digest);
  const headers = { 'content-type': 'application/octet-stream' };
  const put = await client.send(call, { method: 'PUT', url, action: 'push', headers, body: bytes, accept: [201], what });
  await discard(put);
  checkDigestHeader(put, bytes, 'the blob');
  return descriptor;
}

/** Stores a manifest; the digest that the registry states must be the one of the bytes. */
export async function putManifest(
  call: Call,
  client: RegistryClient,
  bytes: Uint8Array,
  mediaType: string,
  tag?: string,
): Promise<{ descriptor: Descriptor; response: Response }> {
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
  const response = await client.send(call, {
    method: 'PUT',
    url: client.url(`manifests/${tag ?? descriptor.digest}`),
    action: 'push',
    headers: { 'content-type': mediaType },
    body: bytes,
    accept: [201],
    what: `push a manifest to ${client.name}`,
    // By digest the same bytes end in the same state; a tag may have been moved on by others in between.
    repeatable: tag === undefined,
  });
  await discard(response);
  checkDigestHeader(response, bytes, 'the manifest');
  return { descriptor, response };
}
