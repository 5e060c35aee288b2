import { invalidArgument, sanitizeText } from '@securosys/core';
import { notationCose, notationJws } from '@securosys/notation-envelope';
import type { ImageFormat, ManifestFormat, RequestFormat } from './formats/image-format.js';
import { notationFormat } from './formats/notation.js';

/** Formats that images can be signed in. */
export type ImageFormatId = 'notation-jws' | 'notation-cose';

/** Formats of what signing requests are about. */
export type RequestFormatId = ImageFormatId;

const imageFormats: Readonly<Record<ImageFormatId, ImageFormat>> = {
  'notation-jws': notationFormat(notationJws),
  'notation-cose': notationFormat(notationCose),
};

export function isRequestFormat(id: string): id is RequestFormatId {
  return Object.hasOwn(imageFormats, id);
}

export function requestFormat(id: RequestFormatId): RequestFormat {
  return imageFormats[id];
}

/** @throws SignError `ERR_INVALID_ARGUMENT` for a format whose artifacts are not kept beside a manifest */
export function manifestFormat(id: RequestFormatId): ManifestFormat {
  return imageFormats[id];
}

/** @throws SignError `ERR_INVALID_ARGUMENT` for a format that does not exist */
export function imageFormat(id: string): ImageFormat {
  if (Object.hasOwn(imageFormats, id)) return imageFormats[id as ImageFormatId];
  return invalidArgument(`unknown format '${sanitizeText(id, 40)}'; known are ${Object.keys(imageFormats).join(', ')}`);
}
