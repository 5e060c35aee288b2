import {
  algorithmFacts,
  base64Text,
  type Clock,
  equalBytes,
  hashBytes,
  isoSeconds,
  SignError,
  type SignOperation,
  sha256Hex,
} from '@securosys/core';
import type { SignatureType } from '../api/algorithms.js';
import { toCharArray } from '../api/char-array.js';
import type { SignRequestBody } from '../api/sign.js';
import { flatFacts } from '../metadata/facts-text.js';
import { encodeMetadata } from '../metadata/metadata.js';
import { hasSignatureType, tsbAlgorithmFor } from './algorithms.js';

/** Longest payload that a challenge can carry: its elements have 16-bit lengths. */
export const longestApprovedPayload = 0xffff;

/** What all requests of a backend have in common. */
export interface RequestStyle {
  readonly signatureType: SignatureType;
  readonly app: string | undefined;
  readonly allowBlind: boolean;
  readonly clock: Clock;
}

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

/**
 * The request that people decide on: the whole message as payload (S2), and metadata bound to it (S3).
 * @throws SignError `ERR_BLIND_SIGNING` for a digest without its preimage; `ERR_LIMIT` for a message over 65,535 bytes
 */
export function approvalRequest(operation: SignOperation, password: string | undefined, style: RequestStyle): SignRequestBody {
  const message = messageOf(operation);
  const payload = message ?? operation.input.digest;
  if (!payload) throw new SignError('ERR_INVALID_ARGUMENT', 'a sign operation needs a message or a digest');
  if (!message && !style.allowBlind)
    throw new SignError('ERR_BLIND_SIGNING', 'people approve this key: a digest needs its preimage, or the option allowBlind');
  if (payload.byteLength > longestApprovedPayload)
    throw new SignError('ERR_LIMIT', `a key with approvals takes messages up to ${longestApprovedPayload} bytes`);
  const { algorithm, key, facts, claims = {} } = operation;
  const metadata = encodeMetadata({
    ...(style.app !== undefined && { app: style.app }),
    time: isoSeconds(style.clock.now()),
    facts: facts ? flatFacts(facts) : {},
    claims,
    binding: {
      payloadSha256: sha256Hex(payload),
      operation: 'sign',
      algorithm,
      keyLabel: key.label as string,
      ...(key.spkiSha256 !== undefined && { spkiSha256: key.spkiSha256 }),
    },
  });
  const keyPassword = toCharArray(password);
  return {
    ...requestFor(operation, payload, message ? 'message' : 'digest', style),
    metaData: base64Text(metadata),
    ...(keyPassword && { keyPassword }),
  };
}
