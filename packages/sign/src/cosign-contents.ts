import { base64Text, type JsonObject, SignError, utf8Bytes } from '@securosys/core';
import {
  type CosignShape,
  type DsseEnvelope,
  layerAnnotations,
  layerTimestamps,
  readBundle,
  readDetachedSignature,
  readEnvelope,
  readPayload,
  readStatement,
  type StoredBundle,
  type StoredLayer,
  signPredicateType,
  timestampToken,
} from '@securosys/cosign';
import { type InspectedTimestamp, inspectToken } from './inspect-timestamp.js';

/** All that one cosign signature says, in plain data. Nothing of it is verified, and its texts are foreign: make them safe before showing them. */
export interface CosignContents {
  /** Of an image, or a statement about it of any other kind. */
  readonly kind: 'signature' | 'attestation';
  readonly shape: CosignShape;
  /** Digests of what it is about: `sha256:…`. */
  readonly digests: readonly string[];
  /** Repository that a legacy signature names. */
  readonly dockerReference?: string;
  /** Type of the statement; absent for a legacy signature. */
  readonly predicateType?: string;
  /** Of an attestation. */
  readonly predicate?: Readonly<JsonObject>;
  /** Annotations of an image signature; values need not be texts. */
  readonly annotations: Readonly<JsonObject>;
  /** As it is stored, base64: ECDSA as DER. */
  readonly signature: string;
  /** What a bundle says about its key: base64 of the SHA-256 of the SubjectPublicKeyInfo, which nobody signed. */
  readonly keyHint?: string;
  /** What the timestamp says, or why it cannot be read. */
  readonly timestamp?: InspectedTimestamp;
}

/** Reads what is stored. @throws SignError `ERR_MALFORMED`, `ERR_LIMIT` for what is no signature */
export function contentsOf(stored: StoredLayer | StoredBundle): CosignContents {
  if (stored.kind === 'bundle') return bundleContents(stored.content);
  const { layer, content } = stored;
  const stamped = (about: Uint8Array) => stampedBy(() => layerTimestamps(layer), about);
  if (stored.kind === 'attestation')
    return { ...statementContents('legacy', readEnvelope(content)), kind: 'attestation', ...stamped(content) };
  const signature = readDetachedSignature(utf8Bytes(layer.annotations?.[layerAnnotations.signature] ?? ''));
  const { digest, dockerReference, optional } = readPayload(content);
  return {
    kind: 'signature',
    shape: 'legacy',
    digests: [digest],
    dockerReference,
    annotations: optional,
    signature: base64Text(signature),
    ...stamped(signature),
  };
}

function bundleContents(bytes: Uint8Array): CosignContents {
  const { content, key, timestamps } = readBundle(bytes);
  if (content.kind !== 'dsse') throw new SignError('ERR_MALFORMED', 'the bundle signs a blob, not a statement about an image');
  return {
    ...statementContents('bundle', content.envelope),
    ...(key.kind === 'public-key' && { keyHint: key.hint }),
    ...stampedBy(() => timestamps, content.envelope.signature),
  };
}

/** The first timestamp of a signature, if it has one. */
function stampedBy(responses: () => readonly Uint8Array[], about: Uint8Array): Pick<CosignContents, 'timestamp'> {
  try {
    const [response] = responses();
    if (!response) return {};
    return {
      timestamp: inspectToken(
        () => timestampToken(response),
        () => about,
      ),
    };
  } catch (error) {
    if (SignError.is(error)) return { timestamp: { error: { code: error.code, message: error.message } } };
    throw error;
  }
}

function statementContents(shape: CosignShape, { payload, signature }: DsseEnvelope): CosignContents {
  const { subjects, predicateType, predicate } = readStatement(payload);
  const isSignature = predicateType === signPredicateType;
  return {
    kind: isSignature ? 'signature' : 'attestation',
    shape,
    digests: subjects.flatMap(({ digest }) => (digest.sha256 === undefined ? [] : [`sha256:${digest.sha256}`])),
    predicateType,
    ...(!isSignature && { predicate }),
    // Without a prototype, which a foreign annotation called `__proto__` would replace.
    annotations: Object.assign(Object.create(null), ...subjects.map(({ annotations }) => annotations)),
    signature: base64Text(signature),
  };
}
