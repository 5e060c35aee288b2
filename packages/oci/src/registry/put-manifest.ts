import type { Descriptor } from '@securosys/core';
import { type Call, discard } from '@securosys/transport';
import { digestOf } from '../digest.js';
import type { RegistryClient } from './client.js';
import { checkDigestHeader } from './content.js';

/** Where a manifest goes besides its digest. */
interface ManifestTarget {
  readonly tag?: string | undefined;
  /** The version of what the tag names that may be replaced; a registry that looks at it answers 412 for any other. */
  readonly ifMatch?: string | undefined;
}

/** Stores a manifest; the digest that the registry states must be the one of the bytes. */
export async function putManifest(
  call: Call,
  client: RegistryClient,
  bytes: Uint8Array,
  mediaType: string,
  { tag, ifMatch }: ManifestTarget = {},
): Promise<{ descriptor: Descriptor; response: Response }> {
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
  const response = await client.send(call, {
    method: 'PUT',
    url: client.url(`manifests/${tag ?? descriptor.digest}`),
    action: 'push',
    headers: { 'content-type': mediaType, ...(ifMatch !== undefined && { 'if-match': ifMatch }) },
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
