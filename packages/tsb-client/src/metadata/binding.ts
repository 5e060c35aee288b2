import { hexText, invalidArgument, isoSeconds, type RequestBatch, sha256Hex } from '@securosys/core';
import { batchBinding } from './batch.js';

/**
 * What ties a description to one request (S3): transplanted to another, it no longer fits. It proves something only under a signature
 * of an application whose key approvers have pinned.
 */
export interface MetadataBinding {
  /** SHA-256 of the payload bytes, hex; absent where the requester does not know them: certificates, block, unblock. */
  readonly payloadSha256: string;
  /** `sign`, `decrypt`, `unwrap`, `certificate`, `block`, `unblock` or `modify`. */
  readonly operation: string;
  /** Our name of the signature algorithm, for signatures. */
  readonly algorithm: string;
  readonly keyLabel: string;
  /** SHA-256 of the SubjectPublicKeyInfo of the key, hex. */
  readonly spkiSha256: string;
  /** Hex; never twice. */
  readonly nonce: string;
  /** RFC 3339. Afterwards the description is only an unverified claim. */
  readonly expiresAt: string;
  /** What requests that are decided together have in common. Nobody trusts it: a batch is the set that people were shown (S10). */
  readonly batchId: string;
  /** {@link batchSha256} of the whole batch, hex. */
  readonly batchSha256: string;
  /** What was hashed for it, so that a member that is missing or foreign can be named; left out for over 64 members. */
  readonly batchPayloads: string;
}

/** Names of the members of a binding, in the order of {@link MetadataBinding}. */
export const bindingNames = [
  'payloadSha256',
  'operation',
  'algorithm',
  'keyLabel',
  'spkiSha256',
  'nonce',
  'expiresAt',
  'batchId',
  'batchSha256',
  'batchPayloads',
] as const satisfies readonly (keyof MetadataBinding)[];

/** What a binding is made from. */
export interface BindingSource {
  /** The very bytes of the payload, where the requester knows them. */
  readonly payload?: Uint8Array;
  readonly operation: string;
  readonly algorithm?: string;
  readonly keyLabel: string;
  readonly spkiSha256?: string;
  /** Fresh random bytes, at least 16. */
  readonly nonce: Uint8Array;
  /** Last moment of the description, milliseconds since 1970. */
  readonly expiresAt: number;
  /** Its id may be any text. */
  readonly batch?: RequestBatch;
}

/**
 * The binding of a description to one request.
 * @throws SignError `ERR_INVALID_ARGUMENT` for a nonce under 16 bytes or hashes that are none
 */
export function bindMetadata(source: BindingSource): Partial<MetadataBinding> {
  const { payload, operation, algorithm, keyLabel, spkiSha256, nonce, expiresAt, batch } = source;
  if (!(nonce instanceof Uint8Array) || nonce.byteLength < 16) invalidArgument('a nonce is at least 16 random bytes');
  return {
    ...(payload && { payloadSha256: sha256Hex(payload) }),
    operation,
    ...(algorithm !== undefined && { algorithm }),
    keyLabel,
    ...(spkiSha256 !== undefined && { spkiSha256 }),
    nonce: hexText(nonce),
    expiresAt: isoSeconds(expiresAt),
    ...(batch && batchBinding(batch)),
  };
}
