import type { CallOptions, Claims, Clock, OperationState, PendingStore, Signer, Timestamper } from '@securosys/core';
import type { ExtendedAttribute } from '@securosys/notation-envelope';
import type { ImageFormatId } from './image-formats.js';

/** How an image or a blob is signed. */
export interface SignOptions extends CallOptions {
  signer: Signer;
  format: ImageFormatId;
  /** How long the signature is valid, from now: `90d`, `12h`, `30m`, `45s`. Default: for ever. */
  expiry?: string;
  /** Signed with the subject; a verifier can demand them. */
  annotations?: Readonly<Record<string, string>>;
  /** Extended attributes, for verifiers that know them; a critical one makes all others refuse. */
  attributes?: readonly ExtendedAttribute[];
  /** Replaces our own name in the unsigned signing agent: printable ASCII. */
  signingAgent?: string;
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

export const signOptionNames = [
  'signer',
  'format',
  'expiry',
  'annotations',
  'attributes',
  'signingAgent',
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
