import type { KeyBackend, KeyInfo, KeyRef, SignInput } from './backend.js';
import type { SignatureAlgorithm } from './algorithms.js';
import type { SigningDomain } from './domains.js';
import type { Claims, SigningFacts } from './facts.js';
import type { Operation, WaitOptions } from './operation.js';
import type { CallOptions } from './options.js';

export interface SignRequest {
  readonly algorithm: SignatureAlgorithm;
  readonly input: SignInput;
  /** What kind of message this is. Bytes that look like another domain are refused; leave it out only with `allowOpaque`. */
  readonly domain?: SigningDomain;
  readonly facts?: SigningFacts;
  readonly claims?: Claims;
}

/** A key bound to a backend, with everything that every backend would otherwise repeat. */
export interface Signer {
  readonly backend: KeyBackend;
  readonly ref: KeyRef;
  describe(options?: CallOptions): Promise<KeyInfo>;
  chain(options?: CallOptions): Promise<readonly Uint8Array[]>;
  begin(request: SignRequest, options?: CallOptions): Promise<Operation<Uint8Array>>;
  sign(request: SignRequest, options?: WaitOptions): Promise<Uint8Array>;
}
