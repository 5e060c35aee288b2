import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { utf8Bytes } from '@securosys/core';
import { mediaTypes, type Oci } from '@securosys/oci';
import { pushImage } from '../../lib/images.js';
import type { Registry } from '../../lib/registries.js';
import type { Predicate, Subject } from './calls.js';
import type { Kind, Shape } from './shapes.js';

/** Images, files and predicates that nothing was ever signed about. */
export class Samples {
  readonly #folder: string;
  readonly #oci: Oci;
  #made = 0;

  constructor(folder: string, oci: Oci) {
    this.#folder = folder;
    this.#oci = oci;
  }

  /** A small image in a repository of its own, by digest. */
  image({ host }: Pick<Registry, 'host'>, content?: string): Promise<string> {
    const name = `${host}/images/image-${++this.#made}:1`;
    return pushImage(this.#oci, name, content ?? name);
  }

  /** The same image in another repository of its registry, without what was signed about it. */
  copy(image: string): Promise<string> {
    const [name = ''] = image.split('@');
    const [host = ''] = name.split('/');
    return this.image({ host }, `${name}:1`);
  }

  /** An index of two images, tagged `1`. */
  async index({ host }: Registry): Promise<{ index: string; images: readonly string[] }> {
    const name = `${host}/indexes/index-${++this.#made}`;
    const images: string[] = [];
    const manifests: object[] = [];
    for (const architecture of ['amd64', 'arm64']) {
      const image = await pushImage(this.#oci, `${name}:${architecture}`);
      const { descriptor } = await this.#oci.open(image).resolve();
      images.push(image);
      manifests.push({ ...descriptor, platform: { os: 'linux', architecture } });
    }
    const mediaType = mediaTypes.imageIndex;
    const bytes = utf8Bytes(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
    const { digest } = await this.#oci.open(name).pushManifest(bytes, mediaType, { tag: '1' });
    return { index: `${name}@${digest}`, images };
  }

  /** A file of random bytes, alone in its folder. */
  async file(bytes: Uint8Array = randomBytes(1_000)): Promise<string> {
    const folder = join(this.#folder, `file-${++this.#made}`);
    await mkdir(folder);
    const path = join(folder, 'release.bin');
    await writeFile(path, bytes);
    return path;
  }

  /** An image for `image` and `attestation`, a file for `blob`. */
  async subject(registry: Registry, kind: Kind, shape: Shape): Promise<Subject> {
    return { kind, shape, name: await (kind === 'blob' ? this.file() : this.image(registry)) };
  }

  /** A predicate in a file. */
  async predicate(type: string, contents: unknown): Promise<Predicate> {
    const path = join(this.#folder, `predicate-${++this.#made}.json`);
    await writeFile(path, typeof contents === 'string' ? contents : JSON.stringify(contents));
    return { type, path };
  }
}
