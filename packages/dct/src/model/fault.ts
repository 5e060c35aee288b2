import { SignError, type SignErrorCode } from '@securosys/core';

/** Why metadata was not believed; in `details.reason`, with the role in `details.role`. */
export type DctFault =
  | 'malformed'
  | 'limit'
  | 'wrong-type'
  | 'expired'
  | 'rollback'
  | 'jump'
  | 'threshold'
  | 'invalid-role'
  | 'key-id'
  | 'root-certificate'
  | 'not-pinned'
  | 'digest'
  | 'missing'
  | 'unlisted'
  | 'mixed';

const codes: Partial<Record<DctFault, SignErrorCode>> = {
  malformed: 'ERR_MALFORMED',
  limit: 'ERR_LIMIT',
  'wrong-type': 'ERR_MALFORMED',
  'invalid-role': 'ERR_MALFORMED',
  digest: 'ERR_DIGEST_MISMATCH',
};

/** A refusal that names the role and the rule. */
export function dctFault(role: string, reason: DctFault, sentence: string, cause?: unknown): SignError {
  return new SignError(codes[reason] ?? 'ERR_NOT_TRUSTED', `${role}: ${sentence}`, {
    details: { role, reason },
    ...(cause !== undefined && { cause }),
  });
}

/** Reason of a refusal by {@link dctFault}, or `undefined` for any other error. */
export function faultOf(error: unknown): DctFault | undefined {
  if (!SignError.is(error) || typeof error.details.role !== 'string') return undefined;
  return typeof error.details.reason === 'string' ? (error.details.reason as DctFault) : undefined;
}
