import {
  base64Text,
  type CallOptions,
  type Claims,
  type HashName,
  invalidArgument,
  knownOptions,
  type OperationState,
  type Signer,
} from '@securosys/core';
import { cosignAlgorithm, cosignImage, readPayload, storedSignature } from '@securosys/cosign';
import { callOf } from './sign-options.js';

/** How a payload is signed. */
export interface SignPayloadOptions extends CallOptions {
  signer: Signer;
  /** Hash of the payload: must be named for P-384 and P-521. */
  digestAlgorithm?: HashName;
  /** Told to approvers, marked as claims. */
  claims?: Claims;
  /** How long to wait for people, in milliseconds. Default 0: throw `ERR_APPROVAL_PENDING`; the same call continues. */
  approvalTimeoutMs?: number;
  /** Called after every look at a request that waits. */
  onProgress?: (state: OperationState) => void;
}

/** A signature over a payload. */
export interface SignedPayload {
  /** For `cosign attach signature --signature`, on one line. */
  readonly base64: string;
  /** The same as it is: ECDSA as DER, RSA as long as the modulus, Ed25519 64 bytes; what `openssl dgst -sign` would write. */
  readonly signature: Uint8Array;
}

/**
 * Signs a payload that `generatePayload` or `cosign generate` wrote. Nothing else is signed, and approvers are shown what it says.
 * @throws SignError `ERR_MALFORMED` for what is no such payload; `ERR_APPROVAL_PENDING`; those of `Signer.sign`
 */
export async function signPayload(payload: Uint8Array, options: SignPayloadOptions): Promise<SignedPayload> {
  const names = ['signer', 'digestAlgorithm', 'claims', 'approvalTimeoutMs', 'onProgress', 'signal', 'timeoutMs', 'logger'];
  knownOptions('signPayload', options, names);
  const { signer, digestAlgorithm, claims, approvalTimeoutMs = 0, onProgress } = options;
  if (typeof signer?.begin !== 'function') invalidArgument('signPayload needs a signer: createSigner(backend, { label })');
  readPayload(payload);
  const facts = cosignImage.explain(payload);
  const call = callOf(options);
  const { spec } = await signer.describe(call);
  const algorithm = cosignAlgorithm(spec, digestAlgorithm);
  const request = { algorithm, input: { message: payload }, domain: 'cosign-payload', ...(facts && { facts }) } as const;
  const raw = await signer.sign(
    { ...request, ...(claims && { claims }) },
    { ...call, timeoutMs: approvalTimeoutMs, ...(onProgress && { onProgress }) },
  );
  const signature = storedSignature(algorithm, raw);
  return { base64: base64Text(signature), signature };
}
