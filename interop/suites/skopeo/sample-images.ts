import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Descriptor, utf8Bytes } from '@securosys/core';
import { digestOf, mediaTypes, type Oci, parsePlatform, type Repository } from '@securosys/oci';
import { succeed } from '../../lib/process.js';
import type { Scope } from '../../lib/scope.js';

/** skopeo sets it in every index that it writes, for images with a layer in zstd; one that was there before stays. */
const annotations = { 'io.github.containers.compression.zstd': 'true' };

/** How a layer is compressed. */
export type Compression = 'gzip' | 'zstd';

interface Layer {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly diffId: string;
}

/** Layouts with images that no encryption has touched: compact JSON in the order of the field's tools. */
export class SampleImages {
  readonly #folder: string;
  readonly #oci: Oci;
  #made = 0;

  private constructor(folder: string, oci: Oci) {
    this.#folder = folder;
    this.#oci = oci;
  }

  static async create(scope: Scope, oci: Oci): Promise<SampleImages> {
    return new SampleImages(await scope.folder(), oci);
  }

  async #layer(compression: Compression, size: number): Promise<Layer> {
    const name = `layer-${++this.#made}`;
    const files = join(this.#folder, name);
    const tar = `${files}.tar`;
    await mkdir(files);
    await writeFile(join(files, 'content'), size > 0 ? randomBytes(size) : `${name} `.repeat(500));
    await succeed('tar', ['-cf', tar, '-C', files, '.']);
    const unpacked = await readFile(tar);
    const diffId = digestOf(unpacked);
    if (compression === 'gzip') return { mediaType: mediaTypes.layerTarGzip, bytes: gzipSync(unpacked, { level: 1 }), diffId };
    await succeed('zstd', ['-q', tar, '-o', `${tar}.zst`]);
    return { mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd', bytes: await readFile(`${tar}.zst`), diffId };
  }

  async #image(repository: Repository, layers: readonly Layer[], tag?: string): Promise<Descriptor> {
    const diff_ids = layers.map(({ diffId }) => diffId);
    const config = utf8Bytes(
      JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids } }),
    );
    const mediaType = mediaTypes.imageManifest;
    const manifest = { schemaVersion: 2, mediaType, config: await repository.pushBlob(config, mediaTypes.imageConfig) };
    const pushed: Descriptor[] = [];
    for (const layer of layers) pushed.push(await repository.pushBlob(layer.bytes, layer.mediaType));
    const bytes = utf8Bytes(JSON.stringify({ ...manifest, layers: pushed }));
    return repository.pushManifest(bytes, mediaType, tag === undefined ? { listed: false } : { tag });
  }

  /**
   * An image of these layers.
   * @param size of the file in each layer, which then does not compress; 0 for a small one that does
   * @returns its reference, `oci:folder:plain`
   */
  async image(compressions: readonly Compression[], size = 0): Promise<string> {
    const layers: Layer[] = [];
    for (const compression of compressions) layers.push(await this.#layer(compression, size));
    const layout = this.newLayout();
    await this.#image(this.#oci.open(layout), layers, 'plain');
    return `${layout}:plain`;
  }

  /** An index of images, one for each platform and each with these layers. */
  async index(platforms: readonly string[], compressions: readonly Compression[]): Promise<string> {
    const layout = this.newLayout();
    const repository = this.#oci.open(layout);
    const manifests: object[] = [];
    for (const name of platforms) {
      const layers: Layer[] = [];
      for (const compression of compressions) layers.push(await this.#layer(compression, 0));
      const { os, architecture } = parsePlatform(name);
      const entry = await this.#image(repository, layers);
      manifests.push({ ...entry, ...(compressions.includes('zstd') && { annotations }), platform: { architecture, os } });
    }
    const mediaType = mediaTypes.imageIndex;
    await repository.pushManifest(utf8Bytes(JSON.stringify({ schemaVersion: 2, mediaType, manifests })), mediaType, {
      tag: 'plain',
    });
    return `${layout}:plain`;
  }

  /** A layout that is not there yet. */
  newLayout(): string {
    return `oci:${join(this.#folder, `layout-${++this.#made}`)}`;
  }
}
