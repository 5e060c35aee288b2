import { type Descriptor, parseJsonObject, utf8Bytes } from '@securosys/core';
import { layerAnnotations, signPredicateType } from '../constants.js';
import { bytesField, malformed, objectField } from '../fields.js';
import { readPayload } from '../payload/simple-signing.js';
import { readDetachedSignature } from '../signing/detached-signature.js';
import { checkAllowed, hasAnnotations, refuseAnnotations, textsOf } from './claims.js';
import type { JudgeContext, Judged, Known } from './judging.js';
import { refuse } from './reasons.js';
import { signerOf } from './signer-of.js';

/** The timestamp of a layer (`cosign.md` §3.3). @throws SignError `ERR_MALFORMED` */
export function layerTimestamps({ annotations }: Pick<Descriptor, 'annotations'>): Uint8Array[] {
  const text = annotations?.[layerAnnotations.timestamp];
  if (text === undefined) return [];
  const what = 'timestamp of a layer';
  const json = objectField(parseJsonObject(text, { what, maxBytes: 2 << 20 }), what, ['SignedRFC3161Timestamp']);
  return [bytesField(json.SignedRFC3161Timestamp, what)];
}

/** The signature of a layer is what a file of `cosign attach` held, line breaks and all (§4). */
function layerSignature({ annotations }: Pick<Descriptor, 'annotations'>): Uint8Array {
  const text = annotations?.[layerAnnotations.signature];
  return text === undefined ? malformed('signature of a layer', 'there is none') : readDetachedSignature(utf8Bytes(text));
}

/**
 * Judges a simple-signing payload with its signature (`cosign.md` §3.5): nothing in it is read before a trusted key is known to have made it.
 * @throws SignError a refusal, or `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function judgePayload(
  { rules }: JudgeContext,
  payload: Uint8Array,
  layer: Pick<Descriptor, 'annotations'>,
  digest: string,
  known: Known,
): Judged {
  const signature = layerSignature(layer);
  const signer = signerOf(rules, payload, signature);
  known(signer);
  const said = readPayload(payload);
  if (said.digest !== digest) refuse('subject-mismatch', 'the payload is about another image');
  checkAllowed(signer, signPredicateType);
  const annotations = textsOf(said.optional);
  if (!hasAnnotations(annotations, rules)) refuseAnnotations();
  const timestamps = rules.timestamps ? layerTimestamps(layer) : [];
  return { signer, annotations, evidence: { timestamps, message: signature } };
}
