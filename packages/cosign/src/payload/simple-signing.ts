import { type JsonObject, parseJsonObject, utf8Bytes } from '@securosys/core';
import { checkedAnnotations } from '../annotations.js';
import { cosignLimits, simpleSigningKind } from '../constants.js';
import { malformed, objectField, textField } from '../fields.js';
import { goObject, goString, goTexts } from '../go-json.js';
import { checkedImageDigest, imageDigestForm } from '../image-digest.js';
import { checkedDockerReference, maxReferenceLength } from './docker-reference.js';

/** What a simple-signing payload says (`cosign.md` §3.1). */
export interface SimpleSigningPayload {
  /** Registry and repository that the signer meant. cosign itself does not look at it. */
  readonly dockerReference: string;
  /** Of the image, index or other manifest: `sha256:` and 64 lower-case hex characters. */
  readonly digest: string;
  /** `optional`: annotations are texts, others may have put other values there. Empty when it is `null`. */
  readonly optional: Readonly<JsonObject>;
}

/** What {@link writePayload} is told. */
export interface PayloadInput {
  /** As in {@link SimpleSigningPayload}; see `dockerReferenceOf`. */
  readonly dockerReference: string;
  readonly digest: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * The bytes that a legacy image signature signs, exactly as `cosign generate` writes them: no white space, no line feed at the end,
 * annotations sorted, escapes as Go's.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function writePayload({ dockerReference, digest, annotations }: PayloadInput): Uint8Array<ArrayBuffer> {
  const texts = checkedAnnotations(annotations);
  const critical = goObject([
    ['identity', goObject([['docker-reference', goString(checkedDockerReference(dockerReference))]])],
    ['image', goObject([['docker-manifest-digest', goString(checkedImageDigest(digest))]])],
    ['type', goString(simpleSigningKind)],
  ]);
  const optional = Object.keys(texts).length === 0 ? 'null' : goTexts(texts);
  return utf8Bytes(
    goObject([
      ['critical', critical],
      ['optional', optional],
    ]),
  );
}

/**
 * Reads a simple-signing payload: lower-case names only, no member that the format does not have, and its own `type`, none of which cosign
 * demands (§3.5). White space and the order of members are free.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function readPayload(bytes: Uint8Array): SimpleSigningPayload {
  const what = 'simple-signing payload';
  const json = parseJsonObject(bytes, { what, maxBytes: cosignLimits.payloadBytes });
  const payload = objectField(json, what, ['critical', 'optional']);
  const critical = objectField(payload.critical, 'critical', ['identity', 'image', 'type']);
  const identity = objectField(critical.identity, 'critical.identity', ['docker-reference']);
  const image = objectField(critical.image, 'critical.image', ['docker-manifest-digest']);
  if (critical.type !== simpleSigningKind) malformed(what, 'critical.type is not that of a cosign signature');
  const digest = textField(image['docker-manifest-digest'], 'docker-manifest-digest');
  if (!imageDigestForm.test(digest)) malformed(what, 'docker-manifest-digest is not sha256: and lower-case hex');
  const dockerReference = textField(identity['docker-reference'], 'docker-reference');
  if (dockerReference.length > maxReferenceLength) malformed(what, 'docker-reference is too long');
  const { optional } = payload;
  const others = optional === null || optional === undefined ? {} : optional;
  if (typeof others !== 'object' || Array.isArray(others)) malformed(what, 'optional is not an object');
  return { dockerReference, digest, optional: others as JsonObject };
}
