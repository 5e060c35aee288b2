import type { EvaluateOptions, SignatureOutcome } from '@securosys/notation-envelope';
import type { Key } from '../helpers/certificates.js';

/** What an envelope is made of, whichever format it has. */
export interface Parts {
  /** Bytes of the protected header, without their wrapping. */
  protected: Uint8Array;
  payload: Uint8Array;
  signature: Uint8Array;
  /** DER, leaf first. */
  chain: Uint8Array[];
}

/** A format as mutations need it: it writes anything. */
export interface Codec {
  readonly mediaType: string;
  split(envelope: Uint8Array): Parts;
  join(parts: Parts): Uint8Array;
  /** The bytes that a signature is over. */
  signingInput(parts: Parts): Uint8Array;
}

/** An envelope that mutants are made of. */
export interface Original {
  readonly name: string;
  readonly codec: Codec;
  readonly bytes: Uint8Array;
  /** What it is judged by, and its mutants. */
  readonly options: EvaluateOptions;
  readonly verdict: SignatureOutcome['verdict'];
  /** The key that signed it, where we have it. */
  readonly key?: Key;
  /** Other chains that a mutant may carry. Each was made so that an envelope with it must be refused. */
  readonly otherChains: readonly (readonly Uint8Array[])[];
  /** Signatures of the same bytes that are none by the rules of the format, or are as good as the original's. */
  readonly otherSignatures: readonly Uint8Array[];
}

/** A changed envelope. */
export interface Mutant {
  readonly bytes: Uint8Array;
  readonly mediaType?: string;
  /** The signer's own key signed the changed bytes: then the payload may be written otherwise and attributes may be added. */
  readonly signedAgain?: boolean;
}

/** Makes one mutant; `undefined` when this original offers nothing to change. */
export type Mutation = (original: Original, random: import('./random.js').Random) => Mutant | undefined;
