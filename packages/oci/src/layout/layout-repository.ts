import { type CallOptions, type Descriptor, invalidArgument, parseJsonObject, SignError } from '@securosys/core';
import { type Call, startCall, withCall } from '@securosys/transport';
import { attachmentOf } from '../attachment.js';
import { decodeMediaType } from '../descriptor.js';
import { isDigest } from '../digest.js';
import { checkBytes, checkDescriptor, checkMaxBytes, checkMediaType, checkPush, checkTagUpdate } from '../internal/arguments.js';
import { attachOptions, callOptions, checkedOptions, pushOptions, pushStreamOptions } from '../internal/call-options.js';
import { type BlobSource, checkSource } from '../internal/pieces.js';
import { decodeManifest } from '../manifest.js';
import { refName } from '../media-types.js';
import type { Settings } from '../options.js';
import { isTag, type LayoutReference } from '../reference.js';
import { resolvedManifest } from '../registry/content.js';
import type {
  AttachOptions,
  FetchBlobOptions,
  FetchBlobStreamOptions,
  PushBlobOptions,
  PushBlobStreamOptions,
  PushManifestOptions,
  ReferrersOptions,
  Repository,
  ResolvedManifest,
  TagUpdate,
} from '../repository.js';
import { readBlobStream, writeBlobStream } from './blob-stream.js';
import { readIndex } from './index-contents.js';
import { updateIndex, withEntry } from './index-file.js';
import { layoutReferrers } from './layout-referrers.js';
import { blobIsThere, ensureLayout, openLayout, readBlob, writeBlob } from './store.js';
import { updateLayoutTag } from './update-tag.js';

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
    checkedOptions(where, options, [...callOptions, ...extra]);
    return withCall(this.#settings.clock, this.#settings.timeoutMs, options, run);
  }

  get #maxBytes(): number {
    return this.#settings.limits.manifestBytes;
  }

  async resolve(tagOrDigest?: string, options: CallOptions = {}): Promise<ResolvedManifest> {
    const wanted = tagOrDigest ?? this.#reference.digest ?? this.#reference.tag;
    if (wanted === undefined) return invalidArgument(`name a tag or a digest of oci:${this.name}`);
    if (typeof wanted !== 'string' || (!isDigest(wanted) && !isTag(wanted))) return invalidArgument('neither a tag nor a digest');
    return this.#call('resolve', options, [], (call) => this.#resolve(call, wanted));
  }

  async #resolve(call: Call, wanted: string): Promise<ResolvedManifest> {
    await call.step(openLayout(this.name));
    const { entries } = await call.step(readIndex(this.name, this.#maxBytes));
    const found = entries.filter((entry) =>
      isDigest(wanted) ? entry.digest === wanted : entry.annotations?.[refName] === wanted,
    );
    if (new Set(found.map((entry) => `${entry.digest} ${entry.size} ${entry.mediaType}`)).size > 1)
      throw new SignError('ERR_MALFORMED', 'index.json names two different manifests for this reference');
    const [entry] = found;
    if (entry) return this.#manifest(call, entry);
    if (!isDigest(wanted)) throw new SignError('ERR_NOT_FOUND', `no tag '${wanted}' in oci:${this.name}`);
    return this.#unlisted(call, wanted);
  }

  async fetchManifest(descriptor: Descriptor, options: CallOptions = {}): Promise<ResolvedManifest> {
    checkDescriptor(descriptor);
    return this.#call('fetchManifest', options, [], (call) => this.#manifest(call, descriptor));
  }

  async #manifest(call: Call, entry: Descriptor): Promise<ResolvedManifest> {
    const bytes = await call.step(readBlob(this.name, entry, this.#maxBytes));
    return resolvedManifest(`oci:${this.name}`, bytes, entry.mediaType, entry, this.#maxBytes);
  }

  /** A manifest that only another manifest lists: its own member is the only word about its type. */
  async #unlisted(call: Call, digest: string): Promise<ResolvedManifest> {
    const bytes = await call.step(readBlob(this.name, { digest }, this.#maxBytes));
    const { mediaType } = parseJsonObject(bytes, { what: 'manifest', maxBytes: this.#maxBytes, maxValues: 500_000 });
    return resolvedManifest(`oci:${this.name}`, bytes, decodeMediaType(mediaType, 'manifest'), { digest }, this.#maxBytes);
  }

  async fetchBlob(descriptor: Descriptor, options: FetchBlobOptions): Promise<Uint8Array> {
    checkDescriptor(descriptor);
    checkedOptions('fetchBlob', options, [...callOptions, 'maxBytes']);
    const { maxBytes } = options;
    checkMaxBytes(maxBytes);
    if (descriptor.size > maxBytes)
      throw new SignError('ERR_LIMIT', `blob ${descriptor.digest} has ${descriptor.size} bytes, over ${maxBytes}`);
    return this.#call('fetchBlob', options, ['maxBytes'], (call) => call.step(readBlob(this.name, descriptor, maxBytes)));
  }

  async hasBlob(descriptor: Descriptor, options: CallOptions = {}): Promise<boolean> {
    checkDescriptor(descriptor);
    return this.#call('hasBlob', options, [], (call) => call.step(blobIsThere(this.name, descriptor)));
  }

  async *fetchBlobStream(descriptor: Descriptor, options: FetchBlobStreamOptions = {}): AsyncGenerator<Uint8Array, void> {
    checkDescriptor(descriptor);
    checkedOptions('fetchBlobStream', options, [...callOptions, 'maxBytes']);
    const { maxBytes = descriptor.size } = options;
    checkMaxBytes(maxBytes);
    if (descriptor.size > maxBytes)
      throw new SignError('ERR_LIMIT', `blob ${descriptor.digest} has ${descriptor.size} bytes, over ${maxBytes}`);
    const call = startCall(this.#settings.clock, this.#settings.timeoutMs, options);
    try {
      yield* readBlobStream(call, this.name, descriptor, maxBytes);
    } finally {
      call.end();
    }
  }

  async pushBlobStream(source: BlobSource, mediaType: string, options: PushBlobStreamOptions = {}): Promise<Descriptor> {
    checkSource(source);
    checkMediaType(mediaType);
    checkedOptions('pushBlobStream', options, [...callOptions, ...pushStreamOptions]);
    checkPush(options);
    return this.#call('pushBlobStream', options, pushStreamOptions, async (call) => {
      await call.step(ensureLayout(this.name));
      return { mediaType, ...(await writeBlobStream(call, this.name, source, options.expected)) };
    });
  }

  async pushBlob(bytes: Uint8Array, mediaType: string, options: PushBlobOptions = {}): Promise<Descriptor> {
    checkBytes(bytes);
    checkMediaType(mediaType);
    checkedOptions('pushBlob', options, [...callOptions, ...pushOptions]);
    checkPush(options);
    return this.#call('pushBlob', options, pushOptions, async (call) => {
      await call.step(ensureLayout(this.name));
      return { mediaType, digest: await call.race(writeBlob(this.name, bytes)), size: bytes.byteLength };
    });
  }

  async pushManifest(bytes: Uint8Array, mediaType: string, options: PushManifestOptions = {}): Promise<Descriptor> {
    checkedOptions('pushManifest', options, [...callOptions, 'tag', 'listed']);
    const { tag } = options;
    if (tag !== undefined && (typeof tag !== 'string' || !isTag(tag))) invalidArgument('bad tag');
    checkBytes(bytes);
    decodeManifest(bytes, mediaType, this.#maxBytes);
    return this.#call('pushManifest', options, ['tag', 'listed'], async (call) => {
      await call.step(ensureLayout(this.name));
      const descriptor = { mediaType, digest: await call.step(writeBlob(this.name, bytes)), size: bytes.byteLength };
      if (tag !== undefined || options.listed !== false)
        await call.race(updateIndex(this.name, this.#maxBytes, (entries) => withEntry(entries, descriptor, tag)));
      return descriptor;
    });
  }

  async updateTag(tag: string, update: TagUpdate, options: CallOptions = {}): Promise<Descriptor | undefined> {
    checkTagUpdate(tag, update);
    return this.#call('updateTag', options, [], async (call) => {
      await call.step(ensureLayout(this.name));
      return updateLayoutTag(call, this.name, tag, update, () => this.#tagged(call, tag), this.#maxBytes);
    });
  }

  async #tagged(call: Call, tag: string): Promise<ResolvedManifest | undefined> {
    const { entries } = await call.step(readIndex(this.name, this.#maxBytes));
    return entries.some((entry) => entry.annotations?.[refName] === tag) ? this.#resolve(call, tag) : undefined;
  }

  async *referrers(subject: Descriptor, options: ReferrersOptions = {}): AsyncGenerator<Descriptor> {
    checkedOptions('referrers', options, [...callOptions, 'artifactType']);
    checkDescriptor(subject);
    const { clock, timeoutMs, limits } = this.#settings;
    const call = startCall(clock, timeoutMs, options);
    try {
      await call.step(openLayout(this.name));
      yield* layoutReferrers(call, this.name, subject, limits, options.artifactType);
    } finally {
      call.end();
    }
  }

  async attach(bytes: Uint8Array, mediaType: string, subject: Descriptor, options: AttachOptions = {}): Promise<Descriptor> {
    checkBytes(bytes);
    checkDescriptor(subject);
    const entry = attachmentOf(bytes, mediaType, subject, this.#maxBytes);
    return this.#call('attach', options, attachOptions, async (call) => {
      await call.step(openLayout(this.name));
      await call.step(writeBlob(this.name, bytes));
      // Listed without a name: that is how readers of layouts find what nothing else in the layout points at.
      await call.race(updateIndex(this.name, this.#maxBytes, (entries) => withEntry(entries, entry, undefined)));
      return entry;
    });
  }
}
