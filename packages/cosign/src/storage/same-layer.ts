import { type CallOptions, type Descriptor, equalBytes, publicKeyFromSpki, type SignatureAlgorithm } from '@securosys/core';
import type { Repository } from '@securosys/oci';
import { cosignLimits, inTotoPayloadType, layerAnnotations } from '../constants.js';
import { type DsseEnvelope, readEnvelope } from '../dsse/envelope.js';
import { preAuthEncoding } from '../dsse/pre-auth-encoding.js';
import { verifyStoredSignature } from '../keys/signature-bytes.js';
import { readDetachedSignature } from '../signing/detached-signature.js';
import { isUnusable } from '../unusable.js';
import type { NewLayer } from './signature-layer.js';

/** The key that signs: only with it can an existing signature be known to be the same one. */
export interface AttachedBy {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
}

/** Whether an envelope is the same statement, signed by the same key. */
export function isSameEnvelope(known: DsseEnvelope, wanted: Pick<DsseEnvelope, 'payload'>, by: AttachedBy): boolean {
  if (known.payload.byteLength !== wanted.payload.byteLength || !equalBytes(known.payload, wanted.payload)) return false;
  const message = preAuthEncoding(inTotoPayloadType, known.payload);
  return verifyStoredSignature(publicKeyFromSpki(by.spki), by.algorithm, message, known.signature);
}

/** Whether all annotations but that of the signature are equal. */
function sameAnnotations(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  names.delete(layerAnnotations.signature);
  return [...names].every((name) => a[name] === b[name]);
}

/** Whether an annotation is the signature of this key over these bytes. */
function isSignature(annotation: string, message: Uint8Array, by: AttachedBy): boolean {
  try {
    const signature = readDetachedSignature(Buffer.from(annotation, 'utf8'));
    return verifyStoredSignature(publicKeyFromSpki(by.spki), by.algorithm, message, signature);
  } catch (error) {
    if (isUnusable(error)) return false;
    throw error;
  }
}

/**
 * The rule of `cosign.md` §3.4 no. 3 by which a layer is there already: type, content and annotations are equal, and the same key signed it. Of
 * attestations the statement is the content: an envelope holds its signature, which ECDSA never makes twice.
 * @param by absent: only the very same signature is the same
 */
export function sameLayer(
  repository: Repository,
  { descriptor, content, tag }: NewLayer,
  by: AttachedBy | undefined,
  call: CallOptions,
): (known: Descriptor) => Promise<boolean> {
  const judged = new Map<string, boolean>();
  const readable = async (known: Descriptor): Promise<DsseEnvelope | undefined> => {
    try {
      return readEnvelope(await repository.fetchBlob(known, { ...call, maxBytes: cosignLimits.bundleBytes }));
    } catch (error) {
      if (isUnusable(error)) return undefined;
      throw error;
    }
  };
  return async (known) => {
    const { annotations = {} } = known;
    if (known.mediaType !== descriptor.mediaType || !sameAnnotations(annotations, descriptor.annotations)) return false;
    const signature = annotations[layerAnnotations.signature];
    if (signature === undefined) return false;
    if (known.digest === descriptor.digest) {
      const identical = signature === descriptor.annotations[layerAnnotations.signature];
      return identical || (tag === 'sig' && by !== undefined && isSignature(signature, content, by));
    }
    if (tag === 'sig' || !by || judged.size >= cosignLimits.referrers) return false;
    let same = judged.get(known.digest);
    if (same === undefined) {
      const envelope = await readable(known);
      same = envelope !== undefined && isSameEnvelope(envelope, readEnvelope(content), by);
      judged.set(known.digest, same);
    }
    return same;
  };
}
