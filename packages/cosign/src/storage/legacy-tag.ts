import { checkedImageDigest } from '../image-digest.js';

/** Which tag beside an image: its signatures, or its attestations. */
export type LegacyTagKind = 'sig' | 'att';

/**
 * The tag that holds the legacy signatures or attestations of a digest (`cosign.md` §3.2): `sha256-<hex>.sig`, `.att`.
 * @throws SignError `ERR_INVALID_ARGUMENT` for a digest other than SHA-256
 */
export function legacyTag(digest: string, kind: LegacyTagKind): string {
  return `${checkedImageDigest(digest).replace(':', '-')}.${kind}`;
}
