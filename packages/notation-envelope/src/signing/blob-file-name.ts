import { invalidArgument, sanitizeText } from '@securosys/core';
import { coseMediaType, type EnvelopeMediaType, jwsMediaType } from '../constants.js';

/** What the file of a detached signature is called after the blob's own name (`notation.md` §12). */
const extensions: Readonly<Record<EnvelopeMediaType, string>> = {
  [jwsMediaType]: '.jws.sig',
  [coseMediaType]: '.cose.sig',
};

/**
 * Name of the file that holds the detached signature of a blob: the blob's, and `.jws.sig` or `.cose.sig`.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function blobSignatureFileName(blobName: string, mediaType: string): string {
  const extension = Object.hasOwn(extensions, mediaType) ? extensions[mediaType as EnvelopeMediaType] : undefined;
  if (!extension) return invalidArgument(`'${sanitizeText(mediaType, 80)}' is not the media type of an envelope`);
  if (blobName === '') return invalidArgument('the blob has no name');
  return `${blobName}${extension}`;
}

/** Media type of the envelope in a file, by the file's name, in whatever case; `undefined` when the name does not tell. */
export function mediaTypeOfSignatureFile(fileName: string): EnvelopeMediaType | undefined {
  const [, format] = /\.(jws|cose)\.sig$/i.exec(fileName) ?? [];
  if (format === undefined) return undefined;
  return format.toLowerCase() === 'jws' ? jwsMediaType : coseMediaType;
}
