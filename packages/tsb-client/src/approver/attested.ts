import type { KeyObject } from 'node:crypto';
import { base64Bytes, invalidArgument, publicKeyFromSpki, SignError, utf8Bytes, verifySignature } from '@securosys/core';
import type { ApprovalTask } from '../api/tasks.js';
import { dayMs } from '../attestation/verify-options.js';

/** Attestation keys of HSMs whose word about a key counts. */
export type AttestationAnchors = readonly KeyObject[];

/** How far a clock of an HSM may run ahead of ours. */
const maxAheadMs = 5 * 60_000;

function readAnchor(spki: unknown): KeyObject {
  if (!(spki instanceof Uint8Array)) invalidArgument('attestationKeys must be bytes');
  const key = publicKeyFromSpki(spki);
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) invalidArgument('an attestation key is RSA of at least 2048 bits');
  return key;
}

/** @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED` */
export function attestationAnchors(keys: readonly Uint8Array[] | undefined): AttestationAnchors {
  if (keys !== undefined && !Array.isArray(keys)) invalidArgument('attestationKeys must be a list');
  return (keys ?? []).map(readAnchor);
}

/**
 * Whether one of these HSM keys signed the XML of a task (`tsb-rest-api.md` §1.5), lately: rules may have changed since an older one. What
 * is no signature vouches for nothing.
 * @param attestedAt as the XML says, milliseconds since 1970
 */
export function isAttested(task: ApprovalTask, attestedAt: number, anchors: AttestationAnchors, now: number): boolean {
  const { keyAttributes, keyAttributesSignature } = task;
  if (typeof keyAttributes !== 'string' || typeof keyAttributesSignature !== 'string') return false;
  if (now - attestedAt > dayMs || attestedAt - now > maxAheadMs) return false;
  try {
    const signature = base64Bytes(keyAttributesSignature, 'signature of the key attributes');
    return anchors.some((key) => verifySignature(key, 'rsa-pkcs1-sha256', utf8Bytes(keyAttributes), signature));
  } catch (error) {
    if (SignError.is(error)) return false;
    throw error;
  }
}
