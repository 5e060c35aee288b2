import {
  base64Bytes,
  type Descriptor,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type SignatureAlgorithm,
  SignError,
} from '@securosys/core';
import { listField, malformed, objectField, textField } from '../fields.js';
import { imageDigestForm } from '../image-digest.js';
import { jsonVersion } from './prepared-signature.js';
import type { CosignShape } from './signature.js';
import { checkedAlgorithm, type SigningKey, signingKey } from './signing-key.js';

const what = 'prepared signature';
const maxKeyText = 4_096;
const mediaTypeForm = /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/;

/** What the JSON forms of all formats have in common. */
export interface RestoredHead {
  readonly members: JsonObject;
  readonly key: SigningKey;
  readonly algorithm: SignatureAlgorithm;
}

/** @throws SignError `ERR_MALFORMED`, `ERR_ALGORITHM_UNSUPPORTED` */
export function restoredHead(json: JsonValue, format: string, own: readonly string[]): RestoredHead {
  if (!isJsonObject(json) || json.format !== format || json.version !== jsonVersion)
    return malformed(what, `it is none of format ${format}, version ${jsonVersion}`);
  const members = objectField(json, what, ['format', 'version', 'spki', 'algorithm', ...own]);
  const spki = textField(members.spki, 'public key');
  if (spki.length > maxKeyText) throw new SignError('ERR_LIMIT', 'the public key is too large');
  const key = signingKey(base64Bytes(spki, 'public key'));
  return { members, key, algorithm: checkedAlgorithm(key, members.algorithm) };
}

/** A media type without parameters (RFC 6838 §4.2). */
export function isMediaType(text: unknown): text is string {
  return typeof text === 'string' && mediaTypeForm.test(text);
}

/**
 * The descriptor of the image. Only its digest is signed: media type and size are what somebody said, and the registry knows better.
 * @throws SignError `ERR_MALFORMED`
 */
export function restoredSubject(value: JsonValue | undefined): Descriptor {
  const { mediaType, digest, size } = objectField(value, 'subject', ['mediaType', 'digest', 'size']);
  if (!isMediaType(mediaType)) return malformed(what, 'its subject has no media type');
  if (typeof digest !== 'string' || !imageDigestForm.test(digest)) return malformed(what, 'its subject has no SHA-256 digest');
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return malformed(what, 'its subject has no size');
  return { mediaType, digest, size };
}

/** @throws SignError `ERR_MALFORMED` */
export function restoredShapes(value: JsonValue | undefined): readonly CosignShape[] {
  const shapes = listField(value, 'shapes', 2);
  const text = shapes.join();
  return text === 'legacy' || text === 'bundle' || text === 'legacy,bundle'
    ? (shapes as CosignShape[])
    : malformed(what, 'its shapes are none');
}
