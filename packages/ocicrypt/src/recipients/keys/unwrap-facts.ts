import type { SigningFacts } from '@securosys/core';
import type { ImageContext, LayerContext, PacketScheme } from '../recipient.js';
import type { KeyUse } from './private-key.js';

/**
 * What those who approve are shown, and what guards are told. The manifest is what the caller checked; who holds the key can open every layer whose packet carries
 * the same wrapped key, so the image is named where it is known, and the layer where nothing else is.
 */
export function unwrapFacts(
  scheme: PacketScheme,
  { manifest, claims, source, target, insteadOfKey }: ImageContext,
  layer: LayerContext,
  details: Readonly<Record<string, string>> = {},
): Omit<KeyUse, 'opens'> {
  const facts: SigningFacts = {
    format: `ocicrypt-${scheme}`,
    title: manifest ? 'Open the layers of an encrypted image' : 'Open a layer of an encrypted image',
    ...(manifest && { subject: manifest }),
    details: { ...(!manifest && layer.digest !== undefined && { layer: layer.digest }), ...details },
  };
  return {
    facts,
    ...(claims && { claims }),
    ...(source && { source }),
    ...(target && { target }),
    ...(insteadOfKey && { insteadOfKey }),
  };
}
