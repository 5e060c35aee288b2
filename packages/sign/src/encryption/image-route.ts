import { type CallOptions, type Claims, invalidArgument, type SigningTarget } from '@securosys/core';
import { createOci, formatReference, type Oci, parseReference, type Reference, type Repository } from '@securosys/oci';
import type { LayerProgress, LayerReport } from '@securosys/ocicrypt';
import { callOf } from '../sign-options.js';

/** From where to where an image goes while it is encrypted or decrypted. */
export interface ImageRouteOptions extends CallOptions {
  /** Where the new image goes: `registry.example/app:1.4-encrypted`, `oci:./folder:tag`. Without a tag it is reached by its digest. */
  to: string;
  /** Registry access for both sides. Default: anonymous, public registries only. */
  oci?: Oci;
  /** Platforms of an index (`linux/arm64`); the new index lists no others. Default: all of them. */
  platforms?: readonly string[];
  /** Told to approvers of a decryption, marked as claims: pipeline, reason. The reference is told in any case. */
  claims?: Claims;
  /** Layers that are worked on at once; default 3. */
  parallel?: number;
  /** Called after each piece of a layer. */
  onProgress?: (progress: LayerProgress) => void;
  /** Deadline of each request in milliseconds, and of each layer, which has an hour without it. */
  timeoutMs?: number;
}

/** Media type, digest and size of a manifest. */
export interface ManifestDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** A new image, and what it was made from. */
export interface ProcessedImage {
  /** `repository@digest` of the new image. */
  readonly reference: string;
  readonly descriptor: ManifestDescriptor;
  readonly source: { readonly reference: string; readonly descriptor: ManifestDescriptor };
  /** What became of every layer of every platform. */
  readonly layers: readonly LayerReport[];
}

export const routeNames = [
  'to',
  'oci',
  'platforms',
  'claims',
  'parallel',
  'onProgress',
  'signal',
  'timeoutMs',
  'logger',
] as const;

/** Both sides, opened. */
export interface ImageRoute {
  readonly oci: Oci;
  readonly from: Reference;
  readonly source: Repository;
  readonly target: Repository;
  /** Both sides by their names, as guards are told them. */
  readonly named: Readonly<Record<'source' | 'target', Pick<SigningTarget, 'repository' | 'tag'>>>;
  /** The same options as the room of encryption has them. */
  readonly options: Pick<ImageRouteOptions, 'platforms' | 'parallel' | 'onProgress'> &
    CallOptions & { tag?: string; claims: Claims };
  /** The result as the façade reports it. */
  result(report: Pick<ProcessedImage, 'descriptor' | 'layers'> & { readonly source: ManifestDescriptor }): ProcessedImage;
}

function nameOf({ tag, digest: _, ...named }: Reference): Pick<SigningTarget, 'repository' | 'tag'> {
  return { repository: formatReference(named), ...(tag !== undefined && { tag }) };
}

const byDigest = (reference: Reference, { digest }: ManifestDescriptor): string => {
  const { tag: _, ...named } = reference;
  return formatReference({ ...named, digest });
};

/** @throws SignError `ERR_INVALID_ARGUMENT` for references that are none, and for a target by digest: nobody knows it before */
export function openRoute(reference: string, given: ImageRouteOptions): ImageRoute {
  const { to, oci = createOci(), platforms, parallel, onProgress, claims } = given;
  const from = parseReference(reference);
  if (typeof to !== 'string') invalidArgument('to names where the new image goes');
  const target = parseReference(to);
  if (target.digest !== undefined) invalidArgument('to has a digest: name the repository, with a tag or without');
  const options = {
    ...callOf(given),
    claims: { image: reference, ...claims },
    ...(target.tag !== undefined && { tag: target.tag }),
    ...(platforms && { platforms }),
    ...(parallel !== undefined && { parallel }),
    ...(onProgress && { onProgress }),
  };
  return {
    oci,
    from,
    source: oci.open(from),
    target: oci.open(target),
    named: { source: nameOf(from), target: nameOf(target) },
    options,
    result: ({ descriptor, source, layers }) => ({
      reference: byDigest(target, descriptor),
      descriptor,
      source: { reference: byDigest(from, source), descriptor: source },
      layers,
    }),
  };
}
