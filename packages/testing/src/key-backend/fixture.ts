import type { EncryptionAlgorithm, KeyBackend, KeyRef, KeySpec, SignatureAlgorithm } from '@securosys/core';
import type { Secrets } from '../sentinels.js';

/** A key of the backend under test that answers at once. */
export interface ConformanceKey {
  readonly spec: KeySpec;
  readonly ref: KeyRef;
  /** Algorithms that would fit the key but that the backend does not offer: these have to be refused, all others have to work. */
  readonly unsupported?: readonly SignatureAlgorithm[];
}

/** An RSA key of the backend under test that decrypts, at once. */
export interface ConformanceDecryptionKey {
  readonly ref: KeyRef;
  /** Algorithms that the backend does not offer: these have to be refused, all others have to work. */
  readonly unsupported?: readonly EncryptionAlgorithm[];
}

/** A key on a NIST curve of the backend under test that agrees on secrets, at once. */
export interface ConformanceDerivationKey {
  readonly spec: 'ec-p256' | 'ec-p384' | 'ec-p521';
  readonly ref: KeyRef;
}

/** An AES key of the backend under test that seals and opens, at once. */
export interface ConformanceSealingKey {
  readonly ref: KeyRef;
}

/** A key whose uses people decide on, and how the test decides for them. */
export interface ConformanceApprovals {
  readonly key: ConformanceKey;
  /** Gives every approval that the request needs. Execution may follow a moment later. */
  approve(requestId: string): Promise<void>;
  /** Makes the request end as rejected. */
  reject(requestId: string): Promise<void>;
}

/** What `describeKeyBackend` tests: one opened backend, with keys in it. */
export interface KeyBackendFixture {
  readonly backend: KeyBackend;
  /** At least one; best one of every spec that the backend can hold. */
  readonly keys: readonly ConformanceKey[];
  /** For a suite with `approvals: true`, and only there. */
  readonly approvals?: ConformanceApprovals;
  /** For a suite with `decryption: true`, and only there: at least one. */
  readonly decryption?: readonly ConformanceDecryptionKey[];
  /** For a suite with `derivation: true`, and only there: at least one. */
  readonly derivation?: readonly ConformanceDerivationKey[];
  /** For a suite with `sealing: true`, and only there: at least one, best two. */
  readonly sealing?: readonly ConformanceSealingKey[];
  /** What the backend was opened with and must not show: tokens, PINs, private scalars; each at least 16 characters or bytes. */
  readonly secrets?: Secrets;
  /** Called last, after `backend.close()`: removes keys, stops servers. */
  dispose?(): Promise<void>;
}

/** One sentence about every good backend, and the check of it. */
export interface Claim {
  readonly name: string;
  check(fixture: KeyBackendFixture): Promise<void>;
}
