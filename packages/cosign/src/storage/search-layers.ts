import { SignError } from '@securosys/core';
import type { ResolvedManifest } from '@securosys/oci';
import { cosignLimits, dsseEnvelopeType, simpleSigningType } from '../constants.js';
import { type BoundedReader, faultOf } from './bounded-reader.js';
import { legacyTag } from './legacy-tag.js';
import type { StoredItem } from './stored.js';

const kinds = {
  signature: { tag: 'sig', mediaType: simpleSigningType, maxBytes: cosignLimits.payloadBytes },
  attestation: { tag: 'att', mediaType: dsseEnvelopeType, maxBytes: cosignLimits.envelopeBytes },
} as const;

/** The layers behind the `.sig` or `.att` tag of a digest (`cosign.md` §3.5, §5.3); no such tag is nothing. */
export async function* searchLayers(
  reader: BoundedReader,
  digest: string,
  kind: 'signature' | 'attestation',
): AsyncGenerator<StoredItem, void> {
  const { tag, mediaType, maxBytes } = kinds[kind];
  let found: ResolvedManifest;
  try {
    found = await reader.repository.resolve(legacyTag(digest, tag), reader.call);
  } catch (error) {
    if (!SignError.is(error, 'ERR_NOT_FOUND')) yield faultOf(error, { shape: 'legacy' });
    return;
  }
  const { manifest, descriptor } = found;
  const at = { shape: 'legacy', manifest: descriptor } as const;
  if (manifest.kind !== 'manifest') {
    yield { kind: 'fault', ...at, error: new SignError('ERR_MALFORMED', `the .${tag} tag names no image manifest`) };
    return;
  }
  for (const [number, layer] of manifest.layers.entries()) {
    if (number === cosignLimits.layers) {
      yield { kind: 'limit', shape: 'legacy', message: `there are over ${number} layers behind the .${tag} tag` };
      return;
    }
    try {
      if (layer.mediaType !== mediaType) throw new SignError('ERR_MALFORMED', `a layer is not ${mediaType}`);
      yield { kind, manifest: descriptor, layer, content: await reader.blob(layer, maxBytes) };
    } catch (error) {
      yield faultOf(error, { ...at, layer });
    }
  }
}
