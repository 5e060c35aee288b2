import { type Descriptor, invalidArgument, knownOptions, SignError, systemClock } from '@securosys/core';
import { bundleMediaType, dsseEnvelopeType, type StoredBundle, type StoredLayer, simpleSigningType } from '@securosys/cosign';
import { createOci } from '@securosys/oci';
import { type CosignContents, contentsOf } from './cosign-contents.js';
import { Deadline } from './deadline.js';
import type { InspectSignatureOptions } from './inspect-signature.js';

/** How a manifest of cosign is read. */
export interface InspectCosignSignatureOptions extends InspectSignatureOptions {
  format: 'cosign';
}

/** All that a manifest of cosign holds, in plain data that `JSON.stringify` writes whole. Texts in it are foreign. */
export interface InspectedCosignManifest {
  /** Nothing here was held against a trusted key: whoever writes a signature writes what it says. */
  readonly verified: false;
  /** `repository@digest` of the manifest. */
  readonly reference: string;
  readonly descriptor: Descriptor;
  /** What a bundle's manifest says that it is about; what was signed is in `signatures`. */
  readonly subject?: Descriptor;
  /** One for each layer: a bundle has one, a `.sig` or `.att` tag as many as were made. */
  readonly signatures: readonly (
    | CosignContents
    | { /** Why this layer is no signature. */ readonly error: { readonly code: string; readonly message: string } }
  )[];
}

/** More than any image has; cosign reads no more either. */
const maxLayers = 1_000;
const maxContentBytes = 16 << 20;
/** Of all layers together: what they say is kept. */
const maxTotalBytes = 256 << 20;

/** Shows everything that a manifest of cosign holds; see `inspectSignature`. */
export async function inspectCosignSignature(
  source: unknown,
  options: InspectCosignSignatureOptions,
): Promise<InspectedCosignManifest> {
  knownOptions('inspectSignature', options, ['format', 'oci', 'clock', 'signal', 'timeoutMs', 'logger']);
  if (typeof source !== 'string') return invalidArgument('a cosign signature is inspected by the reference of its manifest');
  const deadline = new Deadline('reading the signature', options.clock ?? systemClock, 120_000, options);
  try {
    const repository = (options.oci ?? createOci()).open(source);
    const { manifest, descriptor, reference } = await repository.resolve(undefined, deadline.one());
    if (manifest.kind !== 'manifest') throw new SignError('ERR_MALFORMED', 'this is no manifest of cosign signatures');
    if (manifest.layers.length > maxLayers) throw new SignError('ERR_LIMIT', `the manifest has over ${maxLayers} layers`);
    const signatures: InspectedCosignManifest['signatures'][number][] = [];
    let left = maxTotalBytes;
    for (const layer of manifest.layers) {
      const kind = kindOf(layer);
      try {
        const content = await repository.fetchBlob(layer, { ...deadline.one(), maxBytes: Math.min(maxContentBytes, left) });
        left -= content.byteLength;
        signatures.push(contentsOf({ kind, manifest: descriptor, layer, content } as StoredLayer | StoredBundle));
      } catch (error) {
        if (!SignError.is(error) || !unusable.has(error.code)) throw error;
        signatures.push({ error: { code: error.code, message: error.message } });
      }
      deadline.check();
    }
    return { verified: false, reference, descriptor, ...(manifest.subject && { subject: manifest.subject }), signatures };
  } finally {
    deadline.end();
  }
}

const unusable = new Set(['ERR_MALFORMED', 'ERR_LIMIT', 'ERR_DIGEST_MISMATCH', 'ERR_NOT_FOUND']);
const bundlePrefix = bundleMediaType.slice(0, bundleMediaType.indexOf('.v0.3'));

function kindOf({ mediaType }: Descriptor): (StoredLayer | StoredBundle)['kind'] {
  if (mediaType === simpleSigningType) return 'signature';
  if (mediaType === dsseEnvelopeType) return 'attestation';
  if (mediaType.startsWith(bundlePrefix)) return 'bundle';
  throw new SignError('ERR_MALFORMED', 'this manifest has layers that are no cosign signatures');
}
