import { type EnvelopeMediaType, jwsMediaType } from '../constants.js';
import { notationJws } from '../notation-jws.js';

/** A way of writing Notary signatures. */
export type NotationFormat = typeof notationJws;

const byMediaType: Partial<Record<EnvelopeMediaType, NotationFormat>> = { [jwsMediaType]: notationJws };

/** Every format that bytes to be signed may be in. */
export const notationFormats: readonly NotationFormat[] = Object.values(byMediaType);

/** The format that writes envelopes of this media type. */
export function envelopeFormat(mediaType: EnvelopeMediaType): NotationFormat | undefined {
  return byMediaType[mediaType];
}
