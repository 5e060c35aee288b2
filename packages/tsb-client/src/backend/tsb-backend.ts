import type {
  CallOptions,
  KeyBackend,
  KeyInfo,
  KeyRef,
  KeySpecRequest,
  PendingStore,
  PollOptions,
  RequestState,
  SymmetricKeyInfo,
  SymmetricKeyRequest,
} from '@securosys/core';
import type { Policy } from '../api/policy.js';
import type { TsbClient } from '../client/client.js';
import type { CreateKeyOptions } from '../client/new-key.js';
import type { TsbOperations, TsbOperationsOptions } from '../operations/operations.js';
import type { OrphanReport } from './orphans.js';

/** A key to be made in a TSB. */
export interface TsbKeySpecRequest extends KeySpecRequest {
  /** Who must approve its use; `null` for a plain key, which can never get a policy. No default: it is a decision (S8). */
  readonly policy: Policy | null;
}

/** A `KeyBackend` over a TSB, with every optional call that a TSB can answer. */
export interface TsbBackend extends KeyBackend {
  readonly client: TsbClient;
  poll(id: string, options?: PollOptions): Promise<RequestState>;
  /** One loop for all who wait: at most one call a second while nothing changes. */
  watch(id: string, known: RequestState, options?: PollOptions): Promise<RequestState>;
  cancel(id: string, options?: CallOptions): Promise<void>;
  candidates(options?: CallOptions): AsyncIterable<string>;
  certificates(ref: KeyRef, options?: CallOptions): Promise<Uint8Array[]>;
  listKeys(options?: CallOptions): AsyncIterable<KeyInfo>;
  /** @throws SignError `ERR_INVALID_ARGUMENT` without a policy, `ERR_POLICY_UNSAFE`, `ERR_KEY_EXISTS` */
  createKey(spec: TsbKeySpecRequest, options?: CreateKeyOptions): Promise<KeyInfo>;
  /**
   * An AES key and its check value, which it encrypts for this. A TSB has no policies for symmetric keys: whoever may use the key seals and
   * opens, and no people are asked.
   * @throws SignError `ERR_KEY_NOT_USABLE` for a key that is none of AES, `ERR_KEY_CHANGED`
   */
  describeSymmetricKey(ref: KeyRef, options?: CallOptions): Promise<SymmetricKeyInfo>;
  /** AES of 256 bits; not destroyable. @throws SignError `ERR_KEY_EXISTS` */
  createSymmetricKey(request: SymmetricKeyRequest, options?: CallOptions): Promise<SymmetricKeyInfo>;
  /** What a TSB does beside signing: decrypt, unwrap, block, unblock, modify, certificates. */
  operations(options?: TsbOperationsOptions): TsbOperations;
  /**
   * Open requests that a store does not know. Those of other applications of the same partition are among them, so `cancel` takes
   * the ids one by one, after somebody has looked.
   * @throws SignError `ERR_CAPABILITY_MISSING` for a store that cannot list its records
   */
  orphans(store: PendingStore, options?: CallOptions): Promise<OrphanReport>;
  [Symbol.asyncDispose](): Promise<void>;
}
