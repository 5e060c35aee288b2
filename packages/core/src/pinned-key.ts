import type { KeyInfo, KeyRef } from './backend.js';
import { ownBytes, sha256Hex } from './bytes.js';
import { SignError } from './errors.js';
import { keySpecOfSpki } from './verifier.js';

/**
 * Checks a description against what was asked for, and fills in the hash by which the key is known from now on (S7).
 * @throws SignError `ERR_KEY_CHANGED`, `ERR_PROTOCOL`
 */
export function pin(ref: KeyRef, info: KeyInfo): KeyInfo {
  if (!(info?.spki instanceof Uint8Array) || !Array.isArray(info.usages))
    throw new SignError('ERR_PROTOCOL', "the backend's describeKey must give spki (DER bytes) and usages (a list)");
  const spec = keySpecOfSpki(info.spki);
  if (info.spec !== spec)
    throw new SignError(
      'ERR_PROTOCOL',
      `the backend describes a ${spec ?? 'key of no spec'} as ${info.spec ?? 'a key of no spec'}`,
    );
  const spkiSha256 = sha256Hex(info.spki);
  if ((ref.spkiSha256 ?? spkiSha256) !== spkiSha256)
    throw new SignError('ERR_KEY_CHANGED', 'the key behind this reference is not the one that was pinned', {
      details: { expected: ref.spkiSha256, found: spkiSha256 },
    });
  return { ...info, ref: { ...info.ref, ...ref, spkiSha256 } };
}

/**
 * What is known of a key by its public half alone. Nobody was asked where its private half lives, and a store that says so is not believed:
 * `self-reported` is what a backend's bare word is worth, whatever an earlier process had found out.
 */
export function keyFromPublic(ref: KeyRef, spki: Uint8Array): KeyInfo {
  const spec = keySpecOfSpki(spki);
  return { ref, spec, spki: ownBytes(spki), usages: ['sign'], needsApproval: undefined, assurance: 'self-reported' };
}
