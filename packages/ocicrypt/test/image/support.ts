import { gzipSync } from 'node:zlib';
import { type Descriptor, utf8Bytes } from '@securosys/core';
import { createOci, digestOf, type ImageManifest, mediaTypes, parsePlatform, type Repository } from '@securosys/oci';
import { createMemoryRegistry } from '@securosys/testing';
import type { Opener, PacketScheme, Recipient } from '../../src/recipients/recipient.js';

export const jsonBytes = (value: unknown) => utf8Bytes(JSON.stringify(value));

/** Keeps the private options readable in the packet: who opens it is what these tests look at, and not how. */
export function openRecipient(scheme: PacketScheme = 'provider.test'): Recipient {
  return {
    scheme,
    startImage: async () => ({ wrap: async (optsdata) => Uint8Array.from(optsdata), close: () => undefined }),
  };
}

/** Opens what `openRecipient` wrapped, and counts how often it is asked. */
export function openOpener(scheme: PacketScheme = 'provider.test'): Opener & { asked: number } {
  const opener = {
    scheme,
    asked: 0,
    startImage: () => ({
      unwrap: async (packet: Uint8Array) => {
        opener.asked++;
        return Uint8Array.from(packet);
      },
      close: async () => undefined,
    }),
  };
  return opener;
}

export interface TestLayer {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** What it unpacks to. */
  readonly unpacked: Uint8Array;
}

export const gzipLayer = (text: string): TestLayer => {
  const unpacked = utf8Bytes(text);
  return { mediaType: mediaTypes.layerTarGzip, bytes: Uint8Array.from(gzipSync(unpacked)), unpacked };
};
export const tarLayer = (text: string): TestLayer => {
  const unpacked = utf8Bytes(text);
  return { mediaType: 'application/vnd.oci.image.layer.v1.tar', bytes: unpacked, unpacked };
};

export interface TestImage {
  readonly layers: readonly TestLayer[];
  readonly manifestType?: string;
  readonly configType?: string;
  readonly diffIds?: readonly string[];
  /** More members of each layer's descriptor. */
  readonly descriptors?: object;
  /** More members of the manifest. */
  readonly members?: object;
}

/** Puts an image in and returns its descriptor. */
export async function putImage(
  repository: Repository,
  { layers, manifestType = mediaTypes.imageManifest, configType = mediaTypes.imageConfig, ...more }: TestImage,
  options: { tag?: string; listed?: boolean } = {},
): Promise<Descriptor> {
  const diff_ids = more.diffIds ?? layers.map(({ unpacked }) => digestOf(unpacked));
  const config = jsonBytes({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids } });
  const entries: object[] = [];
  for (const { mediaType, bytes } of layers)
    entries.push({ ...(await repository.pushBlob(bytes, mediaType)), ...more.descriptors });
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    config: await repository.pushBlob(config, configType),
    layers: entries,
    ...more.members,
  };
  return repository.pushManifest(jsonBytes(manifest), manifestType, options);
}

/** Puts an index of images in, one for each platform. */
export async function putIndex(
  repository: Repository,
  images: Readonly<Record<string, TestImage>>,
  tag: string,
): Promise<Descriptor> {
  const manifests: object[] = [];
  for (const [platform, image] of Object.entries(images))
    manifests.push({ ...(await putImage(repository, image, { listed: false })), platform: parsePlatform(platform) });
  const index = { schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests, annotations: { 'example.note': 'a <b> & c' } };
  return repository.pushManifest(jsonBytes(index), mediaTypes.imageIndex, { tag });
}

/** A registry in memory, and a repository of it. */
export function memory(name = 'registry.example/app') {
  const registry = createMemoryRegistry();
  const oci = createOci({ fetch: registry.fetch });
  return { registry, oci, repository: oci.open(name) };
}

/** The image manifest behind a tag or digest. */
export async function manifestAt(repository: Repository, reference: string): Promise<ImageManifest> {
  const { manifest } = await repository.resolve(reference);
  if (manifest.kind !== 'manifest') throw new Error('no image manifest');
  return manifest;
}
