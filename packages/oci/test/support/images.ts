import { type Descriptor, utf8Bytes } from '@securosys/core';
import { createMemoryRegistry, type MemoryRegistryOptions } from '@securosys/testing';
import { createOci, digestOf, mediaTypes, type OciOptions, type Repository } from '../../src/index.js';

export const signatureType = 'application/vnd.cncf.notary.signature';

export const jsonBytes = (value: unknown) => utf8Bytes(JSON.stringify(value));

export const describe256 = (bytes: Uint8Array, mediaType: string): Descriptor => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.byteLength,
});

/** An image manifest without layers; `mark` makes it another one. */
export const imageManifest = (mark = 'one') =>
  jsonBytes({
    schemaVersion: 2,
    mediaType: mediaTypes.imageManifest,
    config: describe256(utf8Bytes(`{"mark":"${mark}"}`), mediaTypes.imageConfig),
    layers: [],
  });

/** A manifest that refers to `subject`, in the legacy style of notation. */
export const signatureManifest = (subject: Descriptor, mark = 'one', configType = signatureType) =>
  jsonBytes({
    schemaVersion: 2,
    mediaType: mediaTypes.imageManifest,
    config: describe256(utf8Bytes('{}'), configType),
    layers: [describe256(utf8Bytes(mark), 'application/jose+json')],
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
    annotations: { mark },
  });

export const name = 'registry.example/app';

/** A registry holding `registry.example/app:1`, and a client for it. */
export async function seeded(options: MemoryRegistryOptions = {}, client: OciOptions = {}) {
  const registry = createMemoryRegistry(options);
  const bytes = imageManifest();
  const subject = describe256(bytes, mediaTypes.imageManifest);
  registry.manifests.set(`app@${subject.digest}`, { mediaType: subject.mediaType, bytes });
  registry.tags.set('app:1', subject.digest);
  const oci = createOci({ fetch: registry.fetch, ...client });
  return { registry, oci, bytes, subject, app: oci.open(`${name}:1`) };
}

export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
}

export const attachMark = (repository: Repository, subject: Descriptor, mark: string, type?: string) =>
  repository.attach(signatureManifest(subject, mark, type), mediaTypes.imageManifest, subject);
