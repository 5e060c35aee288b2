import { base64Text, type JsonValue, utf8Bytes } from '@securosys/core';
import { bundleMediaType } from '../constants.js';
import { envelopeJson } from '../dsse/envelope.js';
import type { CosignBlobSignature, DsseSignature } from '../signing/signature.js';
import { hashNames } from './hash-names.js';

function materialJson({ keyHint, timestamp }: Pick<DsseSignature, 'keyHint' | 'timestamp'>): JsonValue {
  return {
    publicKey: { hint: base64Text(keyHint) },
    ...(timestamp && { timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: base64Text(timestamp) }] } }),
  };
}

function contentJson(signature: DsseSignature | CosignBlobSignature): Record<string, JsonValue> {
  if ('payload' in signature) return { dsseEnvelope: envelopeJson(signature) };
  const { algorithm, digest } = signature.messageDigest;
  return {
    messageSignature: {
      messageDigest: { algorithm: hashNames[algorithm], digest: base64Text(digest) },
      signature: base64Text(signature.signature),
    },
  };
}

/**
 * A sigstore bundle v0.3 (`cosign.md` §6): compact JSON, a hint of the key, no `keyid`, no log entry; the timestamp when there is one.
 * The usual name of such a file ends in `.sigstore.json`.
 */
export function writeBundle(signature: DsseSignature | CosignBlobSignature): Uint8Array<ArrayBuffer> {
  return utf8Bytes(
    JSON.stringify({
      mediaType: bundleMediaType,
      verificationMaterial: materialJson(signature),
      ...contentJson(signature),
    }),
  );
}
