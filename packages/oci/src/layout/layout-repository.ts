import { type CallOptions, type Descriptor, invalidArgument, knownOptions, parseJsonObject, SignError } from '@securosys/core';
import { attachmentOf } from '../attachment.js';
import { decodeMediaType } from '../descriptor.js';
import { isDigest, parseDigest } from '../digest.js';
import { type Call, withCall } from '../internal/call.js';
import { callOptions } from '../internal/call-options.js';
import { decodeManifest } from '../manifest.js';
import { refName } from '../media-types.js';
import type { Settings } from '../options.js';
import { isTag, type LayoutReference } from '../reference.js';
import { resolvedManifest } from '../registry/content.js';
import type { FetchBlobOptions, PushManifestOptions, ReferrersOptions, Repository, ResolvedManifest } from '../repository.js';
import { realFolder } from './files.js';
import { readIndex, updateIndex, withEntry } from './index-file.js';
import { layoutReferrers } from './layout-referrers.js';
import { blobIsThere, ensureLayout, openLayout, readBlob, writeBlob } from './store.js';

/** An OCI image layout folder (image-spec `image-layout.md`) as a repository. */
export class LayoutRepository implements Repository {
  readonly name: string;
  readonly #reference: LayoutReference;
  readonly #settings: Settings;

  constructor(reference: LayoutReference, settings: Settings) {
    this.name = reference.path;
    this.#reference = reference;
    this.#settings = settings;
  }

  #call<T>(where: string, options: CallOptions, extra: readonly string[], run: (call: Call) => Promise<T>): Promise<T> {
    knownOptions(where, options, [...callOptions, ...extra]);
    return withCall(this.#settings.clock, this.#settings.timeoutMs, options, run);
  }

  get #maxBytes(): number {
    return this.#settings.limits.manifestBytes;
  }

  async resolve(tagOrDigest?: string, options: CallOptions = {}): Promise<ResolvedManifest> {
    const wanted = tagOrDigest ?? this.#reference.digest ?? this.#reference.tag;
    if (wanted === undefined) return invalidArgument(`name a tag or a digest of oci:${this.name}`);
    if (!isDigest(wanted) && !isTag(wanted)) return invalidArgument('neither a tag nor a digest');
    return this.#call('resolve', options, [], async () => {
      await openLayout(this.name);
      const { entries } = await readIndex(this.name, this.#maxBytes);
      const found = entries.filter((entry) =>
        isDigest(wanted) ? entry.digest === wanted : entry.annotations?.[refName] === wanted,
      );
      if (new Set(found.map((entry) => `${entry.digest} ${entry.size} ${entry.mediaType}`)).size > 1)
        throw new SignError('ERR_MALFORMED', 'index.json names two different manifests for this reference');
      const [entry] = found;
      if (entry) return this.#manifest(entry);
      if (!isDigest(wanted)) throw new SignError('ERR_NOT_FOUND', `no tag '${wanted}' in oci:${this.name}`);
      return this.#unlisted(wanted);
    });
  }

  async fetchManifest(descriptor: Descriptor, options: CallOptions = {}): Promise<ResolvedManifest> {
    parseDigest(descriptor.digest);
    return this.#call('fetchManifest', options, [], () => this.#manifest(descriptor));
  }

  async #manifest(entry: Descriptor): Promise<ResolvedManifest> {
    const bytes = await readBlob(this.name, entry, this.#maxBytes);
    return resolvedManifest(`oci:${this.name}`, bytes, entry.mediaType, entry, this.#maxBytes);
  }

  /** A manifest that only another manifest lists: its own member is the only word about its type. */
  async #unlisted(digest: string): Promise<ResolvedManifest> {
    const bytes = await readBlob(this.name, { digest }, this.#maxBytes);
    const { mediaType } = parseJsonObject(bytes, { what: 'manifest', maxBytes: this.#maxBytes, maxValues: 500_000 });
    return resolvedManifest(`oci:${this.name}`, bytes, decodeMediaType(mediaType, 'manifest'), { digest }, this.#maxBytes);
  }

  async fetchBlob(descriptor: Descriptor, options: FetchBlobOptions): Promise<Uint8Array> {
    if (descriptor.size > options.maxBytes)
      throw new SignError('ERR_LIMIT', `blob ${descriptor.digest} has ${descriptor.size} bytes, over ${options.maxBytes}`);
    return this.#call('fetchBlob', options, ['maxBytes'], () => readBlob(this.name, descriptor, options.maxBytes));
  }

  async hasBlob(descriptor: Descriptor, options: CallOptions = {}): Promise<boolean> {
    parseDigest(descriptor.digest);
    return this.#call('hasBlob', options, [], () => blobIsThere(this.name, descriptor));
  }

  async pushBlob(bytes: Uint8Array, mediaType: string, options: CallOptions = {}): Promise<Descriptor> {
    return this.#call('pushBlob', options, [], async () => {
      await ensureLayout(this.name);
      return { mediaType, digest: await writeBlob(this.name, bytes), size: bytes.byteLength };
    });
  }

  async pushManifest(bytes: Uint8Array, mediaType: string, options: PushManifestOptions = {}): Promise<Descriptor> {
    const { tag } = options;
    if (tag !== undefined && !isTag(tag)) invalidArgument('bad tag');
    decodeManifest(bytes, mediaType, this.#maxBytes);
    return this.#call('pushManifest', options, ['tag'], async () => {
      await ensureLayout(this.name);
      const descriptor = { mediaType, digest: await writeBlob(this.name, bytes), size: bytes.byteLength };
      await updateIndex(this.name, this.#maxBytes, (entries) => withEntry(entries, descriptor, tag));
      return descriptor;
    });
  }

  async *referrers(subject: Descriptor, options: ReferrersOptions = {}): AsyncGenerator<Descriptor> {
    knownOptions('referrers', options, [...callOptions, 'artifactType']);
    await openLayout(this.name);
    await realFolder(this.name);
    yield* layoutReferrers(this.name, subject, this.#settings.limits, options);
  }

  async attach(bytes: Uint8Array, mediaType: string, subject: Descriptor, options: CallOptions = {}): Promise<Descriptor> {
    const entry = attachmentOf(bytes, mediaType, subject, this.#maxBytes);
    return this.#call('attach', options, [], async () => {
      await openLayout(this.name);
      await writeBlob(this.name, bytes);
      // Listed without a name: that is how readers of layouts find what nothing else in the layout points at.
      await updateIndex(this.name, this.#maxBytes, (entries) => withEntry(entries, entry, undefined));
      return entry;
    });
  }
}
