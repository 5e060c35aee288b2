import { type JsonObject, type JsonValue, parseJsonObject } from '@securosys/core';
import { bundleMediaType, cosignLimits } from '../constants.js';
import { envelopeOf } from '../dsse/envelope.js';
import { bytesField, listField, malformed, objectField, textField } from '../fields.js';
import type { BundleContent, BundleKey, SigstoreBundle } from './bundle.js';
import { hashOfName } from './hash-names.js';
import { checkLogEntry } from './log-entry.js';

const what = 'sigstore bundle';
const maxTimestamps = 16;
const maxLogEntries = 32;
const digestBytes = { sha256: 32, sha384: 48, sha512: 64 } as const;

function contentOf(bundle: JsonObject): BundleContent {
  const { dsseEnvelope, messageSignature } = bundle;
  if ((dsseEnvelope === undefined) === (messageSignature === undefined))
    return malformed(what, 'it needs a dsseEnvelope or a messageSignature, not both');
  if (dsseEnvelope !== undefined) return { kind: 'dsse', envelope: envelopeOf(dsseEnvelope) };
  const message = objectField(messageSignature, 'messageSignature', ['messageDigest', 'signature']);
  const digest = objectField(message.messageDigest, 'messageDigest', ['algorithm', 'digest']);
  const algorithm = hashOfName(textField(digest.algorithm, 'algorithm')) ?? malformed(what, 'its hash is none that cosign uses');
  const bytes = bytesField(digest.digest, 'digest');
  if (bytes.byteLength !== digestBytes[algorithm]) malformed(what, 'its digest does not have the length of its hash');
  const signature = bytesField(message.signature, 'signature');
  if (signature.byteLength === 0) malformed(what, 'its signature is empty');
  return { kind: 'message', digest: { algorithm, bytes }, signature };
}

function keyOf({ publicKey, certificate }: JsonObject): BundleKey {
  if ((publicKey === undefined) === (certificate === undefined))
    return malformed(what, 'it needs a publicKey or a certificate, not both');
  if (certificate !== undefined) {
    const { rawBytes } = objectField(certificate, 'certificate', ['rawBytes']);
    return { kind: 'certificate', certificate: bytesField(rawBytes, 'certificate') };
  }
  const { hint } = objectField(publicKey, 'publicKey', ['hint']);
  return { kind: 'public-key', hint: hint === undefined ? '' : textField(hint, 'hint') };
}

function timestampsOf(value: JsonValue | undefined): Uint8Array[] {
  if (value === undefined) return [];
  const data = objectField(value, 'timestampVerificationData', ['rfc3161Timestamps']);
  if (data.rfc3161Timestamps === undefined) return [];
  return listField(data.rfc3161Timestamps, 'rfc3161Timestamps', maxTimestamps).map((item) =>
    bytesField(objectField(item, 'timestamp', ['signedTimestamp']).signedTimestamp, 'signedTimestamp'),
  );
}

/**
 * Reads a sigstore bundle v0.3 strictly (`cosign.md` §6.1, §10.3): one JSON document with no member twice and none that v0.3 does not have,
 * at most 16 MiB, one content with one signature, one key.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function readBundle(bytes: Uint8Array): SigstoreBundle {
  const json = parseJsonObject(bytes, { what, maxBytes: cosignLimits.bundleBytes, maxDepth: 12, maxValues: 20_000 });
  const bundle = objectField(json, what, ['mediaType', 'verificationMaterial', 'dsseEnvelope', 'messageSignature']);
  const mediaType = textField(bundle.mediaType, 'mediaType');
  if (mediaType !== bundleMediaType) malformed(what, 'it is of another version');
  const members = ['publicKey', 'certificate', 'tlogEntries', 'timestampVerificationData'];
  const material = objectField(bundle.verificationMaterial, 'verificationMaterial', members);
  const entries = material.tlogEntries === undefined ? [] : listField(material.tlogEntries, 'tlogEntries', maxLogEntries);
  for (const entry of entries) checkLogEntry(entry);
  return {
    mediaType,
    content: contentOf(bundle),
    key: keyOf(material),
    timestamps: timestampsOf(material.timestampVerificationData),
    logEntries: entries.length,
  };
}
