import { base64Text, type Descriptor } from '@securosys/core';
import { digestOf } from '@securosys/oci';
import { dsseEnvelopeType, layerAnnotations, simpleSigningType } from '../constants.js';
import { writeEnvelope } from '../dsse/envelope.js';
import type { CosignAttestation, LegacySignature } from '../signing/signature.js';
import type { LegacyTagKind } from './legacy-tag.js';

/** A layer about to be appended behind a tag. */
export interface NewLayer {
  readonly tag: LegacyTagKind;
  readonly descriptor: Descriptor & { readonly annotations: Readonly<Record<string, string>> };
  readonly content: Uint8Array;
}

function timestampAnnotation(timestamp: Uint8Array | undefined): Record<string, string> {
  if (!timestamp) return {};
  return { [layerAnnotations.timestamp]: JSON.stringify({ SignedRFC3161Timestamp: base64Text(timestamp) }) };
}

function layerOf(tag: LegacyTagKind, mediaType: string, content: Uint8Array, annotations: Record<string, string>): NewLayer {
  return { tag, content, descriptor: { mediaType, digest: digestOf(content), size: content.byteLength, annotations } };
}

/** The layer of an image signature (`cosign.md` §3.3): the payload, with the signature in an annotation. */
export function signatureLayer({ payload, signature, timestamp }: LegacySignature): NewLayer {
  return layerOf('sig', simpleSigningType, payload, {
    [layerAnnotations.signature]: base64Text(signature),
    ...timestampAnnotation(timestamp),
  });
}

/** The layer of an attestation (§5.3): the envelope; the annotation of the signature has to be there, and is empty. */
export function attestationLayer({ predicateType, envelope }: CosignAttestation): NewLayer {
  return layerOf('att', dsseEnvelopeType, writeEnvelope(envelope), {
    [layerAnnotations.signature]: '',
    [layerAnnotations.predicateType]: predicateType,
    ...timestampAnnotation(envelope.envelopeTimestamp),
  });
}
