import { invalidArgument, sanitizeText } from '@securosys/core';
import { notationCose, notationJws } from '@securosys/notation-envelope';
import { cosignFormat } from './formats/cosign.js';
import { cosignAttestationFormat } from './formats/cosign-attestation.js';
import { cosignBlobFormat } from './formats/cosign-blob.js';
import type { ImageFormat, ManifestFormat, RequestFormat } from './formats/image-format.js';
import { notationFormat } from './formats/notation.js';

/** Formats that images can be signed in. */
export type ImageFormatId = 'notation-jws' | 'notation-cose' | 'cosign';

/** Formats of what is attached to manifests. */
export type ManifestFormatId = ImageFormatId | 'cosign-attestation';

/** The same, and the ids of formats that a caller brought. */
export type AttachedFormatId = ManifestFormatId | (string & Record<never, never>);

/** Formats of what signing requests are about. */
export type RequestFormatId = ManifestFormatId | 'cosign-blob';

const imageFormats: Readonly<Record<ImageFormatId, ImageFormat>> = {
  'notation-jws': notationFormat(notationJws),
  'notation-cose': notationFormat(notationCose),
  cosign: cosignFormat,
};

const manifestFormats: Readonly<Record<ManifestFormatId, ManifestFormat>> = {
  ...imageFormats,
  'cosign-attestation': cosignAttestationFormat,
};

const requestFormats: Readonly<Record<RequestFormatId, RequestFormat>> = {
  ...manifestFormats,
  'cosign-blob': cosignBlobFormat,
};

/** Formats by their ids: what a signing request may name. */
export interface FormatTable {
  request(id: string): RequestFormat | undefined;
  /** Those of what is attached to manifests. */
  manifest(id: string): ManifestFormat | undefined;
}

/** The formats of the house. */
export const ownFormats: FormatTable = {
  request: (id) => (Object.hasOwn(requestFormats, id) ? requestFormats[id as RequestFormatId] : undefined),
  manifest: (id) => (Object.hasOwn(manifestFormats, id) ? manifestFormats[id as ManifestFormatId] : undefined),
};

/** @throws SignError `ERR_INVALID_ARGUMENT` for a format that does not exist */
export function imageFormat(id: string): ImageFormat {
  if (Object.hasOwn(imageFormats, id)) return imageFormats[id as ImageFormatId];
  return invalidArgument(`unknown format '${sanitizeText(id, 40)}'; known are ${Object.keys(imageFormats).join(', ')}`);
}
