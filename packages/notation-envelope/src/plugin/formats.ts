import type { Format } from '@securosys/core';
import { coseMediaType, type EnvelopeMediaType, jwsMediaType } from '../constants.js';
import { notationCose } from '../signing/notation-cose.js';
import { notationJws } from '../signing/notation-jws.js';
import type { NotationSignature } from '../signing/signature.js';
import type { NotationPrepareOptions } from '../signing/signing-options.js';

/** A way of writing Notary signatures. */
export type NotationFormat = Format<NotationSignature, NotationPrepareOptions>;

const byMediaType: Readonly<Record<EnvelopeMediaType, NotationFormat>> = {
  [jwsMediaType]: notationJws,
  [coseMediaType]: notationCose,
};

/** Every format that bytes to be signed may be in. */
export const notationFormats: readonly NotationFormat[] = Object.values(byMediaType);

/** The format that writes envelopes of this media type. */
export function envelopeFormat(mediaType: EnvelopeMediaType): NotationFormat {
  return byMediaType[mediaType];
}
