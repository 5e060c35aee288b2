import { type Descriptor, SignError, utf8Bytes } from '@securosys/core';
import {
  type CosignAttestation,
  type CosignCollection,
  type CosignShape,
  type CosignSignature,
  collectCosign,
  layerAnnotations,
  readBundle,
  readDetachedSignature,
  readEnvelope,
  type StoredBundle,
  type StoredLayer,
  verifyStoredSignature,
} from '@securosys/cosign';
import type { ManifestFormat, OwnParts } from './image-format.js';

/** A signature that is stored, and whether it has a timestamp. */
interface Found {
  readonly signature: Uint8Array;
  readonly timestamped: boolean;
}

/** Reads one stored thing; what is unusable is none of ours. */
function read(stored: StoredLayer | StoredBundle): Found | undefined {
  try {
    if (stored.kind === 'bundle') {
      const { content, timestamps } = readBundle(stored.content);
      if (content.kind !== 'dsse') return undefined;
      return { signature: content.envelope.signature, timestamped: timestamps.length > 0 };
    }
    const annotations = stored.layer.annotations ?? {};
    const timestamped = annotations[layerAnnotations.timestamp] !== undefined;
    if (stored.kind === 'attestation') return { signature: readEnvelope(stored.content).signature, timestamped };
    const signature = readDetachedSignature(utf8Bytes(annotations[layerAnnotations.signature] ?? ''));
    return { signature, timestamped };
  } catch (error) {
    if (SignError.is(error)) return undefined;
    throw error;
  }
}

/** The manifest that holds a signature of ours over one part. */
function holderOf(
  stored: readonly (StoredLayer | StoredBundle)[],
  { key, parts }: OwnParts,
  partId: string,
  timestamped: boolean,
): Descriptor | undefined {
  const part = parts.find(({ id }) => id === partId);
  if (!part) return undefined;
  const holder = stored.find((one) => {
    const found = read(one);
    if (!found || found.timestamped !== timestamped) return false;
    return verifyStoredSignature(key, part.algorithm, part.input.message, found.signature);
  });
  return holder?.manifest;
}

type Holders = (found: CosignCollection, shape: CosignShape) => readonly (StoredLayer | StoredBundle)[];

/** What is stored in every shape that was asked for; `undefined` when a shape is missing. Where it is said to be does not matter: tags move. */
function finder<A>(partIn: (shape: CosignShape) => string, holders: Holders): ManifestFormat<A>['find'] {
  return async ({ repository, signatureRepository }, own, subject, { shapes = [], timestamped = false }, call) => {
    const collected = await collectCosign(repository, subject, { ...call, ...(signatureRepository && { signatureRepository }) });
    const found: Descriptor[] = [];
    for (const shape of shapes) {
      const holder = holderOf(holders(collected, shape), own, partIn(shape), timestamped);
      if (!holder) return undefined;
      const { mediaType, digest, size } = holder;
      found.push({ mediaType, digest, size });
    }
    return found;
  };
}

/** Finds the signature of an image: each shape is a part of its own. */
export const findCosignSignature = finder<CosignSignature>(
  (shape) => shape,
  ({ signatures, bundles }, shape) => (shape === 'legacy' ? signatures : bundles),
);

/** Finds an attestation: one signature in every shape. */
export const findCosignAttestation = finder<CosignAttestation>(
  () => 'envelope',
  ({ attestations, bundles }, shape) => (shape === 'legacy' ? attestations : bundles),
);
