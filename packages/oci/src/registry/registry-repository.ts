import { type CallOptions, type Descriptor, invalidArgument, SignError } from '@securosys/core';
import { type Call, startCall, withCall } from '@securosys/transport';
import { attachmentOf } from '../attachment.js';
import { isDigest } from '../digest.js';
import { checkBytes, checkDescriptor, checkMaxBytes, checkMediaType, checkPush, checkTagUpdate } from '../internal/arguments.js';
import { attachOptions, callOptions, checkedOptions, pushOptions, pushStreamOptions } from '../internal/call-options.js';
import { type BlobSource, checkSource } from '../internal/pieces.js';
import { decodeManifest } from '../manifest.js';
import { acceptManifests } from '../media-types.js';
import type { Settings } from '../options.js';
import { isTag, type RegistryReference } from '../reference.js';
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
import { attach } from './attach.js';
import type { RegistryClient } from './client.js';
import { checkDigestHeader, contentType, resolvedManifest } from './content.js';
import { downloadBlob, downloadWhole } from './download.js';
import { putManifest } from './put-manifest.js';
import { listReferrers } from './referrers-list.js';
import { updateTag } from './update-tag.js';
import { hasBlob, pushBlob, pushBlobStream } from './upload.js';

/** A repository of a registry (distribution-spec 1.1). */
export class RegistryRepository implements Repository {
  readonly name: string;
  readonly #reference: RegistryReference;
  readonly #client: RegistryClient;
  readonly #settings: Settings;

  constructor(reference: RegistryReference, client: RegistryClient, settings: Settings) {
    this.name = client.name;
    this.#reference = reference;
    this.#client = client;
    this.#settings = settings;
  }

  #call<T>(where: string, options: CallOptions, extra: readonly string[], run: (call: Call) => Promise<T>): Promise<T> {
    checkedOptions(where, options, [...callOptions, ...extra]);
    return withCall(this.#settings.clock, this.#settings.timeoutMs, options, run);
  }

  async resolve(tagOrDigest?: string, options: CallOptions = {}): Promise<ResolvedManifest> {
    const wanted = tagOrDigest ?? this.#reference.digest ?? this.#reference.tag;
    if (wanted === undefined) return invalidArgument(`name a tag or a digest of ${this.name}`);
    if (typeof wanted !== 'string' || (!isDigest(wanted) && !isTag(wanted))) return invalidArgument('neither a tag nor a digest');
    return this.#call('resolve', options, [], (call) => this.#manifest(call, wanted, isDigest(wanted) ? { digest: wanted } : {}));
  }

  async fetchManifest(descriptor: Descriptor, options: CallOptions = {}): Promise<ResolvedManifest> {
    checkDescriptor(descriptor);
    return this.#call('fetchManifest', options, [], (call) => this.#manifest(call, descriptor.digest, descriptor));
  }

  async #manifest(call: Call, wanted: string, expected: Partial<Descriptor>): Promise<ResolvedManifest> {
    const { manifestBytes } = this.#settings.limits;
    const response = await this.#client.send(call, {
      method: 'GET',
      url: this.#client.url(`manifests/${wanted}`),
      action: 'pull',
      headers: { accept: acceptManifests },
      accept: [200],
      what: `read ${wanted} of ${this.name}`,
    });
    const bytes = await this.#client.body(call, response, manifestBytes, 'the manifest');
    checkDigestHeader(response, bytes, 'the manifest');
    return resolvedManifest(this.name, bytes, contentType(response), expected, manifestBytes);
  }

  async fetchBlob(descriptor: Descriptor, options: FetchBlobOptions): Promise<Uint8Array> {
    checkDescriptor(descriptor);
    checkedOptions('fetchBlob', options, [...callOptions, 'maxBytes']);
    const { maxBytes } = options;
    checkMaxBytes(maxBytes);
    if (descriptor.size > maxBytes)
      throw new SignError('ERR_LIMIT', `blob ${descriptor.digest} has ${descriptor.size} bytes, over ${maxBytes}`);
    return this.#call('fetchBlob', options, ['maxBytes'], (call) => downloadWhole(call, this.#client, descriptor, maxBytes));
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
      yield* downloadBlob(call, this.#client, descriptor, maxBytes);
    } finally {
      call.end();
    }
  }

  async hasBlob(descriptor: Descriptor, options: CallOptions = {}): Promise<boolean> {
    checkDescriptor(descriptor);
    return this.#call('hasBlob', options, [], (call) => hasBlob(call, this.#client, descriptor));
  }

  async pushBlob(bytes: Uint8Array, mediaType: string, options: PushBlobOptions = {}): Promise<Descriptor> {
    checkBytes(bytes);
    checkMediaType(mediaType);
    checkedOptions('pushBlob', options, [...callOptions, ...pushOptions]);
    checkPush(options);
    return this.#call('pushBlob', options, pushOptions, (call) => pushBlob(call, this.#client, bytes, mediaType, options));
  }

  async pushBlobStream(source: BlobSource, mediaType: string, options: PushBlobStreamOptions = {}): Promise<Descriptor> {
    checkSource(source);
    checkMediaType(mediaType);
    checkedOptions('pushBlobStream', options, [...callOptions, ...pushStreamOptions]);
    checkPush(options);
    return this.#call('pushBlobStream', options, pushStreamOptions, (call) =>
      pushBlobStream(call, this.#client, source, mediaType, options),
    );
  }

  async pushManifest(bytes: Uint8Array, mediaType: string, options: PushManifestOptions = {}): Promise<Descriptor> {
    checkedOptions('pushManifest', options, [...callOptions, 'tag', 'listed']);
    const { tag } = options;
    if (tag !== undefined && (typeof tag !== 'string' || !isTag(tag))) invalidArgument('bad tag');
    checkBytes(bytes);
    decodeManifest(bytes, mediaType, this.#settings.limits.manifestBytes);
    return this.#call(
      'pushManifest',
      options,
      ['tag', 'listed'],
      async (call) => (await putManifest(call, this.#client, bytes, mediaType, { tag })).descriptor,
    );
  }

  async updateTag(tag: string, update: TagUpdate, options: CallOptions = {}): Promise<Descriptor | undefined> {
    checkTagUpdate(tag, update);
    return this.#call('updateTag', options, [], (call) => updateTag(call, this.#client, tag, update));
  }

  async *referrers(subject: Descriptor, options: ReferrersOptions = {}): AsyncGenerator<Descriptor> {
    checkedOptions('referrers', options, [...callOptions, 'artifactType']);
    checkDescriptor(subject);
    const call = startCall(this.#settings.clock, this.#settings.timeoutMs, options);
    try {
      yield* listReferrers(call, this.#client, subject.digest, options.artifactType);
    } finally {
      call.end();
    }
  }

  async attach(bytes: Uint8Array, mediaType: string, subject: Descriptor, options: AttachOptions = {}): Promise<Descriptor> {
    checkBytes(bytes);
    checkDescriptor(subject);
    const entry = attachmentOf(bytes, mediaType, subject, this.#settings.limits.manifestBytes);
    return this.#call('attach', options, attachOptions, async (call) => {
      await attach(call, this.#client, { bytes, mediaType, subject, entry }, options);
      return entry;
    });
  }
}
