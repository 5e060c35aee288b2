import type { Format } from '@securosys/core';
import { type EnvelopeMediaType, jwsMediaType } from '../constants.js';
import { type NotationPrepareOptions, notationJws } from '../notation-jws.js';
import type { NotationSignature } from '../signature.js';

/** A way of writing Notary signatures. */
export type NotationFormat = Format<NotationSignature, NotationPrepareOptions>;

const byMediaType: Partial<Record<EnvelopeMediaType, NotationFormat>> = { [jwsMediaType]: notationJws };

/** Every format that bytes to be signed may be in. */
export const notationFormats: readonly NotationFormat[] = Object.values(byMediaType);

/** The format that writes envelopes of this media type. */
export function envelopeFormat(mediaType: EnvelopeMediaType): NotationFormat | undefined {
  return byMediaType[mediaType];
}
