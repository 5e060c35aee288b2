import { type Descriptor, invalidArgument, SignError } from '@securosys/core';
import { indexChildren, parsePlatform, type ResolvedManifest } from '@securosys/oci';

/** Which manifests are meant when a reference names an image index. */
export interface ManifestSelection {
  /**
   * `index`: what the reference names and nothing below it; `children`: the manifests that the index lists; `all`: both. What is no
   * index stands for itself whatever is said here. A child that is an index again counts as one manifest. Default `index`, with `platforms` `children`.
   */
  manifests?: 'index' | 'children' | 'all';
  /** Children for these platforms only: `os/architecture` or `os/architecture/variant`; without a variant every variant is meant. */
  platforms?: readonly string[];
}

export const selectionNames = ['manifests', 'platforms'] as const;

/** One manifest that a selection came to. */
export interface SelectedManifest {
  /** `repository@digest`. */
  readonly reference: string;
  /** Media type, digest and size only. */
  readonly descriptor: Descriptor;
  /** As the index says: `os/architecture[/variant]`. */
  readonly platform?: string;
  /** Digest of the index that lists it; absent for what the reference itself names. */
  readonly index?: string;
}

/** @throws SignError `ERR_INVALID_ARGUMENT` for a selection that means nothing */
export function checkSelection({ manifests, platforms }: ManifestSelection): void {
  if (manifests !== undefined && !['index', 'children', 'all'].includes(manifests))
    invalidArgument("manifests is 'index', 'children' or 'all'");
  if (platforms === undefined) return;
  if (!Array.isArray(platforms) || platforms.length === 0) invalidArgument('platforms is a list of at least one platform');
  for (const platform of platforms) parsePlatform(platform);
  if (manifests === 'index') invalidArgument("platforms selects children of an index, and manifests is 'index'");
}

/**
 * The manifests that a selection means, what the reference names first. The index was read once; nothing is fetched here (S18).
 * @throws SignError `ERR_INVALID_ARGUMENT` when platforms are asked of what is no index; `ERR_NOT_FOUND` when the index lists none of a
 * platform, or nothing at all; `ERR_LIMIT` over 256 manifests
 */
export function selectManifests(image: ResolvedManifest, selection: ManifestSelection): readonly SelectedManifest[] {
  const { platforms } = selection;
  const { manifests = platforms ? 'children' : 'index' } = selection;
  const { descriptor, manifest, reference } = image;
  const self: SelectedManifest = { reference, descriptor };
  if (manifest.kind !== 'index') {
    if (platforms) invalidArgument('platforms selects children of an image index, and the reference names none');
    return [self];
  }
  if (manifests === 'index') return [self];
  const repository = reference.slice(0, reference.lastIndexOf('@'));
  const children = indexChildren(manifest, platforms ? { platforms } : {}).map((child): SelectedManifest => {
    const { mediaType, digest, size } = child;
    const platform = platformText(child.platform);
    return {
      reference: `${repository}@${digest}`,
      descriptor: { mediaType, digest, size },
      ...(platform !== undefined && { platform }),
      index: descriptor.digest,
    };
  });
  if (manifests === 'all') return [self, ...children];
  if (children.length === 0) throw new SignError('ERR_NOT_FOUND', 'the index lists no manifests');
  return children;
}

function platformText(platform: Descriptor['platform']): string | undefined {
  const { os, architecture, variant } = platform ?? {};
  if (typeof os !== 'string' || typeof architecture !== 'string') return undefined;
  const text = [os, architecture, ...(typeof variant === 'string' && variant !== '' ? [variant] : [])].join('/');
  // Foreign text: what is no platform by its grammar is not shown as one.
  try {
    parsePlatform(text);
    return text;
  } catch (error) {
    if (SignError.is(error, 'ERR_INVALID_ARGUMENT')) return undefined;
    throw error;
  }
}
