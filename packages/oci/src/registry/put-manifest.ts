import { type Descriptor, SignError } from '@securosys/core';
import { type Call, discard } from '@securosys/transport';
import { digestOf } from '../digest.js';
import type { RegistryClient, RegistryRequest } from './client.js';
import { checkDigestHeader } from './content.js';
import { pause, tries } from './repetition.js';

/** Where a manifest goes besides its digest. */
interface ManifestTarget {
  readonly tag?: string | undefined;
  /** The version of what the tag names that may be replaced; a registry that looks at it answers 412 for any other. */
  readonly ifMatch?: string | undefined;
}

/**
 * docker-registry answers so when somebody else just writes the link of a blob that the manifest names, and it reads half of it: the digest is
 * that of our bytes, so it is not ours that is invalid.
 */
function readHalfALink(error: unknown): error is SignError {
  return SignError.is(error) && error.details.status === 400 && error.details.upstreamName === 'DIGEST_INVALID';
}

async function sendAgain(call: Call, client: RegistryClient, request: RegistryRequest): Promise<Response> {
  for (let attempt = 1; ; attempt++)
    try {
      return await client.send(call, request);
    } catch (error) {
      if (!readHalfALink(error) || attempt >= tries) throw error;
      if (!(await pause(call, client.settings.random, error, attempt))) throw error;
    }
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
  const response = await sendAgain(call, client, {
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
