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

/** Where a signature is going to be put, as the caller of the key knows it: in no bytes, and no word of somebody else. What is absent is unknown. */
export interface SigningTarget {
  /** Repository with its registry, for example `registry.example/team/app`. */
  readonly repository?: string;
  readonly tag?: string;
  /** Of the subject, as a descriptor has it. */
  readonly digest?: string;
  /** Of a file that is signed as a blob. */
  readonly name?: string;
}

/** What a secret is the key to, as the caller of the key knows it: an encrypted image. What is absent is unknown. */
export interface SecretSource extends Omit<SigningTarget, 'name'> {
  /** How many of its layers are encrypted, on all platforms that are meant. */
  readonly layers?: number;
  /** Whether a trusted signature of it was found before; `false` where none was asked for. */
  readonly trusted?: boolean;
}

/** Uses of keys that people are asked to decide on together. Nothing follows from the id alone: the members are what is compared (S10). */
export interface RequestBatch {
  /** 64 lower-case hex characters. */
  readonly id: string;
  /**
   * SHA-256 of what each member asks for (message, ciphertext, public key), 64 lower-case hex characters each; with this member's own, and
   * as often as it is asked for. At most 10,000. Read once: a list is not changed after it was handed in.
   */
  readonly payloads: readonly string[];
}
