import type { Claims } from './facts.js';

/** Name of the claim that says which digest a tag named before. It says by itself that its digest is not what is signed. */
const movedFrom = 'tag moved from';
const wholeDigest = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/**
 * What approvers are told of a tag: that the signature is for it, and which digest it named before. Approvers' tools refuse any other claim
 * that names a digest other than the one that is signed.
 * @param from digest of an OCI descriptor, `sha256:…`; absent when the tag is new or did not move
 */
export function tagClaims(tag: string, from?: string): Claims {
  return { tag, ...(from !== undefined && { [movedFrom]: from }) };
}

/** Whether a claim is the one of {@link tagClaims} about what a tag named before: a whole digest, and nothing else. */
export function isMovedFromClaim(name: string, text: string): boolean {
  return name === movedFrom && wholeDigest.test(text);
}
