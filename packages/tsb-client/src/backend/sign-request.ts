import { algorithmFacts, base64Text, equalBytes, hashBytes, SignError, type SignOperation } from '@securosys/core';
import { toCharArray } from '../api/char-array.js';
import type { SignRequestBody } from '../api/sign.js';
import { metadataOf } from '../client/wire-values.js';
import { hasSignatureType, tsbAlgorithmFor } from './algorithms.js';
import { describedRequest } from './request-metadata.js';
import type { RequestStyle } from './request-style.js';

/** Longest payload that a challenge can carry: its elements have 16-bit lengths. */
const longestApprovedPayload = 0xffff;

/** Checks that a digest is that of its preimage, so that people are not shown one thing and asked to sign another. */
function messageOf(operation: SignOperation): Uint8Array | undefined {
  const { input, algorithm } = operation;
  if (input.message) return input.message;
  if (!input.preimage) return undefined;
  const { hash } = algorithmFacts(algorithm);
  if (!hash || !equalBytes(hashBytes(hash, input.preimage), input.digest))
    throw new SignError('ERR_DIGEST_MISMATCH', 'the digest is not that of its preimage');
  return input.preimage;
}

function requestFor(
  operation: SignOperation,
  payload: Uint8Array,
  kind: 'message' | 'digest',
  style: RequestStyle,
): SignRequestBody {
  const { algorithm, key, context } = operation;
  return {
    payload: base64Text(payload),
    payloadType: 'UNSPECIFIED',
    signKeyName: key.label as string,
    signatureAlgorithm: tsbAlgorithmFor(algorithm, kind),
    ...(hasSignatureType(algorithm) && { signatureType: style.signatureType }),
    ...(context && { context: base64Text(context) }),
  };
}

/** The request of a key that answers at once: message or digest, as given. */
export function plainRequest(operation: SignOperation, password: string | undefined, style: RequestStyle): SignRequestBody {
  const { input } = operation;
  const request = input.message
    ? requestFor(operation, input.message, 'message', style)
    : requestFor(operation, input.digest as Uint8Array, 'digest', style);
  const keyPassword = toCharArray(password);
  return { ...request, ...(keyPassword && { keyPassword }) };
}

/** What people are asked to sign, and what it stands for when it is a digest. */
interface ApprovedPayload {
  readonly payload: Uint8Array;
  readonly kind: 'message' | 'digest';
  readonly preimage?: Uint8Array;
}

/**
 * The whole message wherever a challenge can carry it. A longer one is signed by its digest, and travels beside it, so that approvers
 * can recompute the one from the other (threat model §3.2).
 */
function approvedPayload(operation: SignOperation, { allowBlind, maxPreimageBytes }: RequestStyle): ApprovedPayload {
  const message = messageOf(operation);
  const { digest } = operation.input;
  if (!message) {
    if (!digest) throw new SignError('ERR_INVALID_ARGUMENT', 'a sign operation needs a message or a digest');
    if (allowBlind) return { payload: digest, kind: 'digest' };
    throw new SignError('ERR_BLIND_SIGNING', 'people approve this key: a digest needs its preimage, or the option allowBlind');
  }
  if (message.byteLength <= longestApprovedPayload) return { payload: message, kind: 'message' };
  const { hash } = algorithmFacts(operation.algorithm);
  if (!hash)
    throw new SignError(
      'ERR_LIMIT',
      `a key with approvals takes messages up to ${longestApprovedPayload} bytes with ${operation.algorithm}`,
    );
  if (message.byteLength > maxPreimageBytes)
    throw new SignError('ERR_LIMIT', `a key with approvals takes messages up to ${maxPreimageBytes} bytes`);
  return { payload: hashBytes(hash, message), kind: 'digest', preimage: message };
}

/**
 * The request that people decide on: the message as payload (S2), or its digest when it is too long, and metadata bound to it (S3).
 * @throws SignError `ERR_BLIND_SIGNING` for a digest without its preimage; `ERR_LIMIT` for a message that nobody can be shown
 */
export async function approvalRequest(
  operation: SignOperation,
  password: string | undefined,
  style: RequestStyle,
): Promise<SignRequestBody> {
  const { payload, kind, preimage } = approvedPayload(operation, style);
  const { algorithm, key, facts, claims, batch } = operation;
  const description = await describedRequest(
    {
      operation: 'sign',
      algorithm,
      keyLabel: key.label as string,
      ...(key.spkiSha256 !== undefined && { spkiSha256: key.spkiSha256 }),
      payload,
      ...(preimage && { preimage }),
      ...(facts && { facts }),
      ...(claims && { claims }),
      ...(batch && { batch }),
    },
    style,
  );
  const keyPassword = toCharArray(password);
  return {
    ...requestFor(operation, payload, kind, style),
    ...metadataOf(description),
    ...(keyPassword && { keyPassword }),
  };
}
