import type { PolicyPurpose } from './purposes.js';

/**
 * What is known about one use of a key, most often a signature, before it is made. A member that is absent is unknown, and a rule over it refuses. Claims are no part of
 * it: who asks and why, nobody can check.
 */
export interface SigningSubject {
  /** What the key is used for. Absent: to sign. */
  readonly purpose?: PolicyPurpose;
  /**
   * Id of the format that the bytes are of (`notation-jws`, `cosign-attestation`), the domain for bytes that are no image signature
   * (`x509-request`), `opaque` for bytes of no known format.
   */
  readonly format?: string;
  /** Where the signature is going to be put, or the encrypted image is, with its registry: `registry.example/team/app`. */
  readonly repository?: string;
  /** Repository that the bytes name; legacy cosign payloads do. Rules over repositories hold for both. */
  readonly signedRepository?: string;
  readonly tag?: string;
  /** Of the image, as the bytes say it; of the encrypted image. */
  readonly digest?: string;
  readonly key?: SigningSubjectKey;
  /** In place of `key`, of a decryption with an AES key. */
  readonly symmetricKey?: SigningSubjectSymmetricKey;
  /** RFC 3339, as the bytes say it. */
  readonly signedAt?: string;
  /** RFC 3339, as the bytes say it; `never` when they prove that the signature does not expire. */
  readonly expiresAt?: string;
  /** Signed annotations; those whose values are no texts are left out. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of an attestation: what it says, by its type URI. */
  readonly predicateType?: string;
  /** SHA-256 of the bytes to be signed, 64 lower-case hex characters: a signature over the same bytes is no other one. */
  readonly messageSha256?: string;
  /** Whether a trusted signature of the encrypted image was found before it is opened; `false` where none was asked for. */
  readonly trusted?: boolean;
  /** One sentence when what is known contradicts itself: nothing is allowed then. */
  readonly contradiction?: string;
}

/** The AES key that is going to be used: all of it is its backend's word. */
export interface SigningSubjectSymmetricKey {
  /** 64 lower-case hex characters. Absent where the key may not encrypt: nothing is known then but what somebody has pinned. */
  readonly checkSha256?: string;
  readonly label?: string;
}

/** The key that is going to be used. */
export interface SigningSubjectKey {
  /** SHA-256 of the SubjectPublicKeyInfo, 64 lower-case hex characters. */
  readonly spkiSha256: string;
  readonly label?: string;
  /** SubjectPublicKeyInfo, DER: to find signatures that the key has made already. */
  readonly spki?: Uint8Array;
}
