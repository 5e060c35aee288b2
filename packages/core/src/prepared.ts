import type { KeySpec, SignatureAlgorithm } from './algorithms.js';
import type { KeyAssurance } from './backend.js';
import type { Clock } from './clock.js';
import type { Descriptor } from './descriptor.js';
import type { SigningDomain } from './domains.js';
import type { SigningFacts } from './facts.js';
import type { JsonObject } from './json.js';
import type { Timestamper } from './timestamper.js';

/** One thing to be signed. The algorithm belongs to the part: formats disagree about the same key. */
export interface PreparedPart {
  /** Unique inside its `Prepared`. */
  readonly id: string;
  readonly algorithm: SignatureAlgorithm;
  /** The exact message; a backend or the signer hashes it. */
  readonly input: { readonly message: Uint8Array };
  /** What kind of bytes the message is, checked against the bytes before signing (S9); absent for a blob, which needs `allowOpaque`. */
  readonly domain?: SigningDomain;
  readonly facts: SigningFacts;
  /** SHA-256 of the SubjectPublicKeyInfo whose signature this part waits for, hex, where the format binds one. */
  readonly spkiSha256?: string;
}

/**
 * Something ready to be signed, now or days later, here or elsewhere. `toJSON` holds the exact bytes and no secrets;
 * the format's `restore` takes it back. Nothing is signed in a `Prepared`; it only waits for signatures.
 */
export interface Prepared<A> {
  readonly format: string;
  /** Version of the JSON form. */
  readonly version: number;
  readonly parts: readonly PreparedPart[];
  /**
   * Puts the signatures (by part id; ECDSA as r‖s) into the artifact, verifying each first.
   * @throws SignError `ERR_INVALID_ARGUMENT` when one is missing or unknown, `ERR_SIGNATURE_MISMATCH`
   */
  assemble(signatures: Readonly<Record<string, Uint8Array>>): A;
  toJSON(): JsonObject;
}

/** The key that will sign, as a format needs to know it. */
export interface FormatKey {
  readonly spec: KeySpec | undefined;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** Certificate chain, DER, leaf first, root last; empty for formats that need none. */
  readonly chain: readonly Uint8Array[];
  /** What is known of where the key lives: an emulated key needs certificates that say so (S34). */
  readonly assurance?: KeyAssurance;
}

/** Why something that waited is no longer worth publishing. */
export interface Stale {
  readonly code: 'expired' | 'certificate-expired' | 'subject-changed' | 'not-yet-valid';
  /** One sentence for people. */
  readonly reason: string;
}

/** What {@link Format.finish} may use. */
export interface FinishOptions {
  clock: Clock;
  /** Absent: nothing is timestamped. */
  timestamper?: Timestamper;
  signal?: AbortSignal;
}

/** One way of writing signatures: what is to be signed ⇄ bytes ⇄ artifact. Pure but for `finish`. */
export interface Format<A, O = object, S = Descriptor> {
  readonly id: string;
  prepare(subject: S, key: FormatKey, options?: O): Prepared<A>;
  /** Takes a `toJSON` back, treating it as hostile. @throws SignError `ERR_MALFORMED` */
  restore(json: JsonObject): Prepared<A>;
  /** Facts that these bytes prove, or `undefined` when they are not this format's. Never throws for foreign bytes. */
  explain(bytes: Uint8Array): SigningFacts | undefined;
  /** Adds what only the network can give, a timestamp for example. */
  finish?(artifact: A, options: FinishOptions): Promise<A>;
  /** Whether the artifact is still worth publishing at `now` (milliseconds). */
  check?(artifact: A, now: number): Stale | undefined;
}
