import type { CallOptions, Claims, Clock, OperationState, PendingStore, Signer, Timestamper } from '@securosys/core';
import type { NotationSignOptions } from './formats/format-options.js';

/** How anything is signed. */
export interface SigningOptions extends CallOptions {
  signer: Signer;
  /** Proves when the signature was made, so that it outlives its certificates. Default: nobody is asked. */
  timestamper?: Timestamper;
  /** Told to approvers, marked as claims: commit, build URL, reason. */
  claims?: Claims;
  /** Where the signing request is kept until it is done. Default: the signer's store. */
  store?: PendingStore;
  /** How long to wait for people, in milliseconds. Default 0: throw `ERR_APPROVAL_PENDING` and come back. */
  approvalTimeoutMs?: number;
  /** Called after every look at a request that waits. */
  onProgress?: (state: OperationState) => void;
  /** Default: the signer's. */
  clock?: Clock;
}

/** How something is signed in one format of the Notary Project. */
export interface SignOptions extends SigningOptions, NotationSignOptions {
  format: 'notation-jws' | 'notation-cose';
  /** Signed with the subject; a verifier can demand them. */
  annotations?: Readonly<Record<string, string>>;
}

export const signingOptionNames = [
  'signer',
  'timestamper',
  'claims',
  'store',
  'approvalTimeoutMs',
  'onProgress',
  'clock',
  'signal',
  'timeoutMs',
  'logger',
] as const;

/** What every call below takes. */
export function callOf({ signal, timeoutMs, logger }: CallOptions): CallOptions {
  return { ...(signal && { signal }), ...(timeoutMs !== undefined && { timeoutMs }), ...(logger && { logger }) };
}
