import { type CallOptions, type Descriptor, invalidArgument, SignError } from '@securosys/core';
import { sameContent } from './descriptor.js';
import { callOptions, checkedOptions } from './internal/call-options.js';
import type { Manifest } from './manifest.js';
import type { Repository, ResolvedManifest } from './repository.js';

/** What is copied. `signal` ends all of it; `timeoutMs` is for each request. */
export interface CopyOptions extends CallOptions {
  /** Tag or digest in the source; default: what the source was opened with. */
  readonly from?: string;
  /** Tag in the target; default: none, the copy is reached by digest. */
  readonly tag?: string;
  /** Takes along what refers to the copied manifests (signatures, SBOMs), and what refers to that. Default `false`. */
  readonly referrers?: boolean;
}

/** What a copy did. */
export interface CopyResult {
  /** Media type, digest and size of what was named; the same in source and target. */
  readonly descriptor: Descriptor;
  /** Manifests of the target, those of referrers included. */
  readonly manifests: number;
  /** Blobs that were looked at in the target; those that were there were not sent again. */
  readonly blobs: number;
}

/** Most manifests of one copy, and how deep indexes may hold indexes. */
const maxManifests = 2000;
const maxDepth = 8;
/** Most different blobs of one copy. */
const maxBlobs = 20_000;
/** Layers that may not be distributed: registries do not have them, and readers fetch them elsewhere (image-spec `layer.md`). */
const notDistributed = /\.nondistributable\.|\.foreign\./;

/**
 * Copies an image or artifact with all that it consists of, between registries and layouts in either direction. Every content is checked
 * against its digest on the way, and the target gets a manifest only after everything that it names. Blobs are mounted where
 * source and target are of one registry.
 *
 * @example
 * ```ts
 * import { copyImage, createOci } from '@securosys/oci';
 * const oci = createOci();
 * const { descriptor } = await copyImage(oci.open('registry.example/app:1.4'), oci.open('oci:./mirror'), { tag: '1.4', referrers: true });
 * console.log(descriptor.digest);
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_LIMIT` over 2000 manifests, 20,000 blobs or 8 levels, `ERR_CAPABILITY_MISSING` for manifests that
 * are named by another digest than SHA-256, and what reading and storing throw
 */
export async function copyImage(source: Repository, target: Repository, options: CopyOptions = {}): Promise<CopyResult> {
  checkedOptions('copyImage', options, [...callOptions, 'from', 'tag', 'referrers']);
  const { from, tag, referrers = false, ...call } = options;
  if (typeof referrers !== 'boolean') invalidArgument('referrers is true or false');
  const root = await source.resolve(from, call);
  const copying = new Copying(source, target, call, mountable(root, source, target));
  await copying.image(root, 0, tag);
  if (referrers) await copying.referrersOf();
  return { descriptor: root.descriptor, manifests: copying.manifests.size, blobs: copying.blobs.size };
}

/** The source's repository, if the target can mount from it. */
function mountable(root: ResolvedManifest, source: Repository, target: Repository): string | undefined {
  if (root.reference.startsWith('oci:')) return undefined;
  const slash = source.name.indexOf('/');
  return target.name !== source.name && target.name.startsWith(source.name.slice(0, slash + 1))
    ? source.name.slice(slash + 1)
    : undefined;
}

/** What a manifest consists of besides other manifests. */
function contentOf(manifest: Manifest): readonly Descriptor[] {
  switch (manifest.kind) {
    case 'manifest':
      return [manifest.config, ...manifest.layers];
    case 'artifact':
      return manifest.blobs;
    case 'index':
      return [];
  }
}

class Copying {
  readonly manifests = new Map<string, Descriptor>();
  readonly blobs = new Set<string>();

  constructor(
    readonly source: Repository,
    readonly target: Repository,
    readonly call: CallOptions,
    readonly mountFrom: string | undefined,
  ) {}

  /** One manifest with its content and children; `tag` undefined: reached through another manifest or by digest. */
  async image(image: ResolvedManifest, depth: number, tag: string | undefined): Promise<void> {
    await this.content(image, depth);
    const { mediaType } = image.descriptor;
    const listed = depth === 0;
    await this.target.pushManifest(image.bytes, mediaType, { ...this.call, listed, ...(tag !== undefined && { tag }) });
  }

  async content({ descriptor, manifest }: ResolvedManifest, depth: number): Promise<void> {
    if (!descriptor.digest.startsWith('sha256:'))
      throw new SignError('ERR_CAPABILITY_MISSING', `${descriptor.digest} would get another digest in the target`);
    if (depth > maxDepth) throw new SignError('ERR_LIMIT', `indexes hold indexes over ${maxDepth} levels deep`);
    this.manifests.set(descriptor.digest, descriptor);
    if (this.manifests.size > maxManifests) throw new SignError('ERR_LIMIT', `over ${maxManifests} manifests to copy`);
    for (const blob of contentOf(manifest)) await this.blob(blob);
    if (manifest.kind !== 'index') return;
    for (const child of manifest.manifests) {
      if (this.manifests.has(child.digest)) continue;
      const { mediaType, digest, size } = child;
      await this.image(await this.source.fetchManifest({ mediaType, digest, size }, this.call), depth + 1, undefined);
    }
  }

  async blob(blob: Descriptor): Promise<void> {
    if (this.blobs.has(blob.digest) || notDistributed.test(blob.mediaType)) return;
    this.blobs.add(blob.digest);
    if (this.blobs.size > maxBlobs) throw new SignError('ERR_LIMIT', `over ${maxBlobs} blobs to copy`);
    if (await this.target.hasBlob(blob, this.call)) return;
    await this.target.pushBlobStream(() => this.source.fetchBlobStream(blob, this.call), blob.mediaType, {
      ...this.call,
      expected: blob,
      ...(this.mountFrom !== undefined && { mountFrom: this.mountFrom }),
    });
  }

  /** The referrers of everything copied so far; what they bring along joins the queue. */
  async referrersOf(): Promise<void> {
    for (const subject of this.manifests.values()) {
      for await (const referrer of this.source.referrers(subject, this.call)) {
        if (this.manifests.has(referrer.digest)) continue;
        const { mediaType, digest, size } = referrer;
        const image = await this.source.fetchManifest({ mediaType, digest, size }, this.call);
        if (!image.manifest.subject || !sameContent(image.manifest.subject, subject)) {
          this.call.logger?.warn('a manifest that is listed as a referrer names another subject and was not copied', { digest });
          continue;
        }
        await this.content(image, 1);
        await this.target.attach(image.bytes, mediaType, subject, this.call);
      }
    }
  }
}
