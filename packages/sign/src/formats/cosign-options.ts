import {
  base64Bytes,
  type Descriptor,
  type FormatKey,
  invalidArgument,
  isJsonObject,
  keySpecOf,
  publicKeyFromSpki,
} from '@securosys/core';
import { type CosignShape, type CosignSigningOptions, cosignAlgorithm, verifierAdvice } from '@securosys/cosign';
import { parseReference } from '@securosys/oci';
import type { RequestIdentity } from '../requests/request-identity.js';
import type { FormatIdentity } from './format-identity.js';
import type { CosignManifestOptions } from './format-options.js';
import type { RequestFormat } from './image-format.js';
import { hasOnly, isText, optional } from './members.js';

/** Members of an identity that everything has which cosign keeps beside an image. */
export const cosignMembers: RequestFormat['members'] = {
  manifest: (value) =>
    isJsonObject(value) && hasOnly(value, ['mediaType', 'size']) && isText(value.mediaType) && Number.isSafeInteger(value.size),
  shapes: (value) => Array.isArray(value) && value.length > 0 && value.every((shape) => shape === 'legacy' || shape === 'bundle'),
  digestAlgorithm: optional((value) => value === 'sha256' || value === 'sha384' || value === 'sha512'),
  signatureRepository: optional(isText),
};

/** What the options of anything beside an image ask for. @throws SignError `ERR_INVALID_ARGUMENT` */
export function cosignIdentity({ shapes, digestAlgorithm, signatureRepository }: CosignManifestOptions): FormatIdentity {
  if (signatureRepository !== undefined) checkRepository(signatureRepository);
  return {
    shapes: sortedShapes(shapes),
    ...(digestAlgorithm !== undefined && { digestAlgorithm }),
    ...(signatureRepository !== undefined && { signatureRepository }),
  };
}

/** One list for one meaning, so that the same request is found whatever the order was. */
function sortedShapes(shapes: CosignSigningOptions['shapes'] = ['legacy', 'bundle']): readonly CosignShape[] {
  if (!Array.isArray(shapes)) return invalidArgument("shapes is a list of 'legacy', 'bundle' or both");
  return [...new Set<CosignShape>(shapes)].sort().reverse();
}

function checkRepository(name: string): void {
  const { tag, digest } = parseReference(name);
  if (tag !== undefined || digest !== undefined) invalidArgument('signatureRepository has neither tag nor digest');
}

/** Of an image, only the digest is signed: the id of the request stands for the rest. */
export const rememberedManifest = ({ mediaType, size }: Descriptor): FormatIdentity => ({ manifest: { mediaType, size } });

/** The manifest that a request is about. */
export function manifestOf({ reference, manifest }: RequestIdentity): Descriptor | undefined {
  return manifest && { ...manifest, digest: reference.slice(reference.lastIndexOf('@') + 1) };
}

/** The repository of the image, `undefined` for a layout. */
export function repositoryOf({ reference }: RequestIdentity): string | undefined {
  return parseReference(reference).kind === 'registry' ? reference.slice(0, reference.lastIndexOf('@')) : undefined;
}

/** The key of a request, as cosign's formats need it: they have no certificates. */
export function keyOf({ spki }: RequestIdentity): FormatKey {
  return { spec: undefined, spki: base64Bytes(spki, 'public key'), chain: [] };
}

/** How the bytes are signed. */
export function signingOptions({ shapes, digestAlgorithm }: RequestIdentity): CosignSigningOptions {
  return { ...(shapes && { shapes }), ...(digestAlgorithm !== undefined && { digestAlgorithm }) };
}

/** Who cannot verify what the key of a request signs. */
export function cosignAdvice({ spki, digestAlgorithm }: RequestIdentity): string | undefined {
  const spec = keySpecOf(publicKeyFromSpki(base64Bytes(spki, 'public key')));
  return spec && verifierAdvice(spec, cosignAlgorithm(spec, digestAlgorithm));
}
