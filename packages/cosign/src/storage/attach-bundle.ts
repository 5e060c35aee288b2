import { type CallOptions, type Descriptor, isoSeconds, utf8Bytes } from '@securosys/core';
import { digestOf, mediaTypes, type Repository } from '@securosys/oci';
import { readBundle } from '../bundle/read-bundle.js';
import { writeBundle } from '../bundle/write-bundle.js';
import { bundleAnnotations, bundleMediaType } from '../constants.js';
import type { DsseSignature } from '../signing/signature.js';
import { isUnusable } from '../unusable.js';
import { type AttachedBy, isSameEnvelope } from './same-layer.js';
import { searchCosign } from './search.js';

const emptyConfig = utf8Bytes('{}');

/** The manifest of a bundle as cosign 3 writes it (`cosign.md` §7.1). */
export function bundleManifest(
  bundle: Uint8Array,
  predicateType: string,
  subject: Descriptor,
  createdAt: number,
): Uint8Array<ArrayBuffer> {
  const described = (mediaType: string, bytes: Uint8Array) => ({ mediaType, size: bytes.byteLength, digest: digestOf(bytes) });
  const { mediaType, size, digest } = subject;
  return utf8Bytes(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.imageManifest,
      artifactType: bundleMediaType,
      config: described(mediaTypes.emptyJson, emptyConfig),
      layers: [described(bundleMediaType, bundle)],
      annotations: {
        [bundleAnnotations.content]: 'dsse-envelope',
        [bundleAnnotations.predicateType]: predicateType,
        [bundleAnnotations.created]: isoSeconds(createdAt),
      },
      subject: { mediaType, size, digest },
    }),
  );
}

/** The bundle that is there with the same statement by the same key. One without a timestamp does not stand for one that has it. */
async function sameBundle(
  repository: Repository,
  subject: Descriptor,
  signature: DsseSignature,
  by: AttachedBy,
  call: CallOptions,
): Promise<Descriptor | undefined> {
  for await (const item of searchCosign(repository, subject, ['bundle'], call)) {
    if (item.kind !== 'bundle') continue;
    try {
      const { content, timestamps } = readBundle(item.content);
      const stamped = !signature.timestamp || timestamps.length > 0;
      if (stamped && content.kind === 'dsse' && isSameEnvelope(content.envelope, signature, by)) return item.manifest;
    } catch (error) {
      if (!isUnusable(error)) throw error;
    }
  }
  return undefined;
}

/**
 * Stores a statement as a bundle that is a referrer of the image (`cosign.md` §7.2, §7.3).
 * @param by absent: it is stored although the same may be there
 * @returns descriptor of its manifest, or of the one that was there
 * @throws SignError those of the repository
 */
export async function attachBundle(
  repository: Repository,
  subject: Descriptor,
  signature: DsseSignature,
  predicateType: string,
  { by, now, call }: { readonly by: AttachedBy | undefined; readonly now: number; readonly call: CallOptions },
): Promise<Descriptor> {
  const known = by && (await sameBundle(repository, subject, signature, by, call));
  if (known) return known;
  const bundle = writeBundle(signature);
  await repository.pushBlob(emptyConfig, mediaTypes.emptyJson, call);
  await repository.pushBlob(bundle, bundleMediaType, call);
  return repository.attach(bundleManifest(bundle, predicateType, subject, now), mediaTypes.imageManifest, subject, call);
}
