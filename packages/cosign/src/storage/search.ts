import { type CallOptions, type Descriptor, ownBytes, SignError } from '@securosys/core';
import type { Repository, ResolvedManifest } from '@securosys/oci';
import { mediaTypes } from '@securosys/oci';
import { bundleMediaType, cosignLimits, dsseEnvelopeType, simpleSigningType } from '../constants.js';
import { isUnusable } from '../unusable.js';
import { legacyTag } from './legacy-tag.js';
import type { StoredFault, StoredItem } from './stored.js';

/** What a search looks for. */
export type SearchedKind = 'signature' | 'attestation' | 'bundle';

const bundlePrefix = bundleMediaType.slice(0, bundleMediaType.indexOf('.v0.3'));

/** One search: what was read counts against one budget of bytes. */
class Search {
  bytes = 0;
  /** Payloads of layers: those of one image are often the same. */
  readonly read = new Map<string, Uint8Array>();
  constructor(
    readonly repository: Repository,
    readonly call: CallOptions,
  ) {}

  async blob(layer: Descriptor, maxBytes: number): Promise<Uint8Array> {
    const known = this.read.get(layer.digest);
    if (known && known.byteLength === layer.size) return ownBytes(known);
    if (this.bytes + layer.size > cosignLimits.totalBytes)
      throw new SignError('ERR_LIMIT', `over ${cosignLimits.totalBytes} bytes of signatures and attestations`);
    const content = await this.repository.fetchBlob(layer, { ...this.call, maxBytes });
    this.bytes += content.byteLength;
    if (content.byteLength <= 65_536 && this.read.size < 64) this.read.set(layer.digest, content);
    return content;
  }
}

/** What is wrong with one stored thing is given, not thrown; trouble with the registry itself is thrown. */
function faultOf(error: unknown, at: Omit<StoredFault, 'kind' | 'error'>): StoredFault {
  if (isUnusable(error)) return { kind: 'fault', ...at, error };
  throw error;
}

const legacy = {
  signature: { tag: 'sig', mediaType: simpleSigningType, maxBytes: cosignLimits.payloadBytes },
  attestation: { tag: 'att', mediaType: dsseEnvelopeType, maxBytes: cosignLimits.envelopeBytes },
} as const;

async function* searchLayers(search: Search, digest: string, kind: keyof typeof legacy): AsyncGenerator<StoredItem, void> {
  const { tag, mediaType, maxBytes } = legacy[kind];
  let found: ResolvedManifest;
  try {
    found = await search.repository.resolve(legacyTag(digest, tag), search.call);
  } catch (error) {
    if (!SignError.is(error, 'ERR_NOT_FOUND')) yield faultOf(error, { shape: 'legacy' });
    return;
  }
  const { manifest, descriptor } = found;
  const at = { shape: 'legacy', manifest: descriptor } as const;
  if (manifest.kind !== 'manifest') {
    yield { kind: 'fault', ...at, error: new SignError('ERR_MALFORMED', `the .${tag} tag names no image manifest`) };
    return;
  }
  for (const [number, layer] of manifest.layers.entries()) {
    if (number === cosignLimits.layers) {
      yield { kind: 'limit', shape: 'legacy', message: `there are over ${number} layers behind the .${tag} tag` };
      return;
    }
    try {
      if (layer.mediaType !== mediaType) throw new SignError('ERR_MALFORMED', `a layer is not ${mediaType}`);
      yield { kind, manifest: descriptor, layer, content: await search.blob(layer, maxBytes) };
    } catch (error) {
      yield faultOf(error, { ...at, layer });
    }
  }
}

/**
 * Whether a referrer may be a bundle by what its listing says. Older cosign wrote the type of the config, or nothing, into the index of
 * the referrers tag (§7.3).
 */
function mayBeBundle({ artifactType }: Descriptor): boolean {
  return artifactType === undefined || artifactType === mediaTypes.emptyJson || artifactType.startsWith(bundlePrefix);
}

async function readBundleReferrer(search: Search, manifest: Descriptor, subject: string): Promise<StoredItem | undefined> {
  const named = manifest.artifactType?.startsWith(bundlePrefix) === true;
  let layer: Descriptor | undefined;
  try {
    const { mediaType, digest, size } = manifest;
    const found = await search.repository.fetchManifest({ mediaType, digest, size }, search.call);
    const layers = found.manifest.kind === 'manifest' ? found.manifest.layers : [];
    const [only, more] = layers;
    const isBundle = only?.mediaType.startsWith(bundlePrefix) === true;
    // Somebody else's artifact without a type of its own.
    if (!isBundle && !named) return undefined;
    layer = only;
    if (!only || more || !isBundle)
      throw new SignError('ERR_MALFORMED', 'the manifest of a bundle has other layers than one bundle');
    if (found.manifest.subject?.digest !== subject) throw new SignError('ERR_MALFORMED', 'a bundle belongs to another image');
    return {
      kind: 'bundle',
      manifest: found.descriptor,
      layer: only,
      content: await search.blob(only, cosignLimits.bundleBytes),
    };
  } catch (error) {
    return faultOf(error, { shape: 'bundle', manifest, ...(layer && { layer }) });
  }
}

async function* searchBundles(search: Search, subject: Descriptor): AsyncGenerator<StoredItem, void> {
  let looked = 0;
  const listing = search.repository.referrers(subject, search.call)[Symbol.asyncIterator]();
  for (;;) {
    let next: IteratorResult<Descriptor>;
    try {
      next = await listing.next();
    } catch (error) {
      if (SignError.is(error, 'ERR_LIMIT')) yield { kind: 'limit', shape: 'bundle', message: error.message };
      // A repository that nobody wrote to yet.
      else if (!SignError.is(error, 'ERR_NOT_FOUND')) yield faultOf(error, { shape: 'bundle' });
      return;
    }
    if (next.done) return;
    if (!mayBeBundle(next.value)) continue;
    if (looked++ === cosignLimits.referrers) {
      yield { kind: 'limit', shape: 'bundle', message: `over ${cosignLimits.referrers} referrers may be bundles` };
      await listing.return?.();
      return;
    }
    const item = await readBundleReferrer(search, next.value, subject.digest);
    if (item) yield item;
  }
}

/**
 * Everything that is stored about an image, one after the other and within limits (`cosign.md` §7.4, §10): behind the tags, and as
 * referrers. What is unusable is given as a fault and hides nothing.
 * @throws SignError `ERR_INVALID_ARGUMENT`; those of the repository
 */
export async function* searchCosign(
  repository: Repository,
  subject: Descriptor,
  kinds: readonly SearchedKind[],
  call: CallOptions,
): AsyncGenerator<StoredItem, void> {
  const search = new Search(repository, call);
  for (const kind of kinds)
    yield* kind === 'bundle' ? searchBundles(search, subject) : searchLayers(search, subject.digest, kind);
}
