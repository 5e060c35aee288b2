import type { Descriptor } from './descriptor.js';

/**
 * What the bytes to be signed say, recomputed from those bytes alone by a format's `explain` (threat model S1).
 * Approvers, guards and audit logs are shown this; anything that only metadata says is a claim.
 */
export interface SigningFacts {
  /** The format that explains the bytes, for example `notation-jws`. */
  readonly format: string;
  /** One plain sentence for people. */
  readonly title: string;
  /** What is being signed. */
  readonly subject?: Descriptor;
  /** RFC 3339. */
  readonly signedAt?: string;
  /** RFC 3339; absent: the signature never expires. */
  readonly expiresAt?: string;
  /** Further facts by name, in the order to show them. */
  readonly details?: Readonly<Record<string, string>>;
}

/** What nobody can prove from the bytes: tag, commit, build URL, who asks, why. Always shown as claimed. */
export type Claims = Readonly<Record<string, string>>;
