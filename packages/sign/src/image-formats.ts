import { type CallOptions, type Descriptor, type Format, invalidArgument, sanitizeText } from '@securosys/core';
import {
  attachSignature,
  type NotationPrepareOptions,
  type NotationSignature,
  notationCose,
  notationJws,
  type SignatureManifestOptions,
} from '@securosys/notation-envelope';
import type { Repository } from '@securosys/oci';

/** Formats that images and blobs can be signed in. */
export type ImageFormatId = 'notation-jws' | 'notation-cose';

/** What signing an image in some format takes besides the format itself. */
export interface ImageFormat {
  readonly format: Format<NotationSignature, NotationPrepareOptions>;
  /** Stores the artifact beside its subject and returns the descriptor of its manifest. The same artifact has the same digest. */
  publish(
    repository: Repository,
    artifact: NotationSignature,
    subject: Descriptor,
    options: CallOptions & SignatureManifestOptions,
  ): Promise<Descriptor>;
}

const formats: Readonly<Record<ImageFormatId, ImageFormat>> = {
  'notation-jws': { format: notationJws, publish: attachSignature },
  'notation-cose': { format: notationCose, publish: attachSignature },
};

export function isImageFormat(id: string): id is ImageFormatId {
  return Object.hasOwn(formats, id);
}

/** @throws SignError `ERR_INVALID_ARGUMENT` for a format that does not exist */
export function imageFormat(id: string): ImageFormat {
  if (isImageFormat(id)) return formats[id];
  return invalidArgument(`unknown format '${sanitizeText(id, 40)}'; known are ${Object.keys(formats).join(', ')}`);
}
