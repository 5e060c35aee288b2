import type { SignErrorCode } from '@securosys/core';

/**
 * How `securosys-sign` ends. The numbers from 64 up are those of `sysexits.h`, where scripts know them from; 128 and more is the shell's
 * way to name a signal. They are API: a new reason gets a new number.
 */
export const exitCodes = {
  /** Done; the image is trusted; the policy allows it. */
  ok: 0,
  /** Not trusted, rejected by approvers, forbidden by a policy: a decision was made, and it is no. */
  refused: 1,
  /** The command line or the configuration has to be changed. */
  usage: 2,
  /** What was read is damaged, too large, or not what it says it is. */
  data: 65,
  /** No such image, key, request or file. */
  missing: 66,
  /** A registry, a TSB or another service did not answer, or not in time: the same call may succeed later. */
  unreachable: 69,
  /** A mistake of this program. */
  internal: 70,
  /** It is there already, or somebody else changed it meanwhile. */
  conflict: 73,
  /** A file cannot be read or written. */
  store: 74,
  /** People have not decided yet: the same command goes on with the same request. */
  pending: 75,
  /** The request, or what it was about, is no longer current: it has to be asked anew. */
  expired: 76,
  /** The login, the token or the key does not permit it. */
  denied: 77,
  /** Ended by Ctrl-C. */
  interrupted: 130,
  /** Ended by SIGTERM. */
  terminated: 143,
} as const;

/** Why a run ended. */
export type Exit = keyof typeof exitCodes;

/** What each error comes to; a code that is missing here does not compile. */
const exits: Readonly<Record<SignErrorCode, Exit>> = {
  ERR_INVALID_ARGUMENT: 'usage',
  ERR_ALGORITHM_UNSUPPORTED: 'usage',
  ERR_CAPABILITY_MISSING: 'usage',
  ERR_CROSS_PROTOCOL: 'refused',
  ERR_BLIND_SIGNING: 'refused',
  ERR_POLICY_UNSAFE: 'refused',
  ERR_AUTHENTICATION: 'denied',
  ERR_FORBIDDEN: 'denied',
  ERR_KEY_NOT_FOUND: 'missing',
  ERR_KEY_EXISTS: 'conflict',
  ERR_KEY_NOT_USABLE: 'denied',
  ERR_KEY_CHANGED: 'refused',
  ERR_ORIGIN_REFUSED: 'denied',
  ERR_NOT_FOUND: 'missing',
  ERR_TIMEOUT: 'unreachable',
  ERR_NETWORK: 'unreachable',
  ERR_RATE_LIMITED: 'unreachable',
  ERR_UNAVAILABLE: 'unreachable',
  ERR_CONFLICT: 'conflict',
  ERR_APPROVAL_PENDING: 'pending',
  ERR_APPROVAL_REJECTED: 'refused',
  ERR_APPROVAL_EXPIRED: 'expired',
  ERR_APPROVAL_CANCELLED: 'refused',
  ERR_REQUEST_FAILED: 'refused',
  ERR_REQUEST_NOT_FOUND: 'missing',
  ERR_REQUEST_STALE: 'expired',
  ERR_OUTCOME_UNKNOWN: 'pending',
  ERR_VETOED: 'refused',
  ERR_PROTOCOL: 'data',
  ERR_MALFORMED: 'data',
  ERR_LIMIT: 'data',
  ERR_SIGNATURE_MISMATCH: 'data',
  ERR_DIGEST_MISMATCH: 'data',
  ERR_FACTS_MISMATCH: 'data',
  ERR_CHAIN_INVALID: 'data',
  ERR_NOT_TRUSTED: 'refused',
  ERR_STORE: 'store',
  ERR_EMULATOR_REFUSED: 'refused',
};

/** Why a run ends that failed with this code. */
export function exitOf(code: SignErrorCode): Exit {
  return Object.hasOwn(exits, code) ? exits[code] : 'internal';
}
