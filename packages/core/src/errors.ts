import { sanitizeText } from './text.js';

/** What the caller does next decides the group; the code never changes meaning (a renamed code is a major version). */
export type SignErrorCode =
  // fix the call
  | 'ERR_INVALID_ARGUMENT'
  | 'ERR_ALGORITHM_UNSUPPORTED'
  | 'ERR_CAPABILITY_MISSING'
  | 'ERR_CROSS_PROTOCOL'
  | 'ERR_BLIND_SIGNING'
  | 'ERR_POLICY_UNSAFE'
  // fix access
  | 'ERR_AUTHENTICATION'
  | 'ERR_FORBIDDEN'
  | 'ERR_KEY_NOT_FOUND'
  | 'ERR_KEY_EXISTS'
  | 'ERR_KEY_NOT_USABLE'
  | 'ERR_KEY_CHANGED'
  | 'ERR_ORIGIN_REFUSED'
  | 'ERR_NOT_FOUND'
  // come back later
  | 'ERR_TIMEOUT'
  | 'ERR_NETWORK'
  | 'ERR_RATE_LIMITED'
  | 'ERR_UNAVAILABLE'
  | 'ERR_CONFLICT'
  // ask a human
  | 'ERR_APPROVAL_PENDING'
  | 'ERR_APPROVAL_REJECTED'
  | 'ERR_APPROVAL_EXPIRED'
  | 'ERR_APPROVAL_CANCELLED'
  | 'ERR_REQUEST_FAILED'
  | 'ERR_REQUEST_NOT_FOUND'
  | 'ERR_REQUEST_STALE'
  | 'ERR_OUTCOME_UNKNOWN'
  | 'ERR_VETOED'
  // distrust the answer
  | 'ERR_PROTOCOL'
  | 'ERR_MALFORMED'
  | 'ERR_LIMIT'
  | 'ERR_SIGNATURE_MISMATCH'
  | 'ERR_DIGEST_MISMATCH'
  | 'ERR_FACTS_MISMATCH'
  | 'ERR_CHAIN_INVALID'
  | 'ERR_NOT_TRUSTED'
  // fix the host
  | 'ERR_STORE'
  | 'ERR_EMULATOR_REFUSED';

/** Facts for programs: HTTP status, PKCS#11 return name, a tool's own error name. Never secrets, never payload bytes. */
export interface SignErrorDetails {
  /** HTTP status of the answer that caused the error. */
  readonly status?: number;
  /** The other side's own stable name, for example `res.error.key.not.existent`. */
  readonly upstreamName?: string;
  /** The other side's own number, for example TSB's `errorCode` 650. */
  readonly upstreamCode?: number;
  /**
   * Id to come back with: of the request at the backend, or, in errors of a signing request (`signImage`, `complete`), of that
   * signing request, for `resumeSigningRequest`.
   */
  readonly requestId?: string;
  /** Id of the request at the backend, in errors of an operation and of a signing request alike. */
  readonly brokerRequestId?: string;
  readonly [name: string]: unknown;
}

/** What an error carries besides code and message. */
export interface SignErrorOptions {
  cause?: unknown;
  details?: SignErrorDetails;
  /** `true` when the same call may succeed later without any change. */
  retryable?: boolean;
}

const brand = Symbol.for('@securosys/core/SignError');
const comesBack = new Set<SignErrorCode>(['ERR_TIMEOUT', 'ERR_NETWORK', 'ERR_RATE_LIMITED', 'ERR_UNAVAILABLE', 'ERR_CONFLICT']);

/**
 * The one error class of all `@securosys` packages.
 *
 * Recognise it with {@link SignError.is}, which also works across two copies of this package (ESM beside CommonJS):
 *
 * @example
 * ```ts
 * import { SignError } from '@securosys/core';
 * declare function work(): Promise<void>;
 * try {
 *   await work();
 * } catch (error) {
 *   if (SignError.is(error, 'ERR_APPROVAL_PENDING')) console.log('come back for', error.details.requestId);
 *   else throw error;
 * }
 * ```
 */
export class SignError extends Error {
  override readonly name = 'SignError';
  readonly code: SignErrorCode;
  readonly retryable: boolean;
  readonly details: SignErrorDetails;

  constructor(code: SignErrorCode, message: string, options: SignErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.retryable = options.retryable ?? comesBack.has(code);
    this.details = Object.freeze({ ...options.details });
    Object.defineProperty(this, brand, { value: true });
  }

  /** True for a `SignError` of any copy of this package, with this `code` if one is given. */
  static is(value: unknown, code?: SignErrorCode): value is SignError {
    return value instanceof Error && brand in value && (code === undefined || ('code' in value && value.code === code));
  }
}

/** Throws `ERR_INVALID_ARGUMENT` naming what is wrong. The message must not quote secrets. */
export function invalidArgument(message: string, cause?: unknown): never {
  throw new SignError('ERR_INVALID_ARGUMENT', message, cause === undefined ? {} : { cause });
}

/**
 * Refuses members that an options object does not have, so that a misspelt security option cannot be ignored (S24).
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function knownOptions(where: string, options: object, names: readonly string[]): void {
  // Of what a Map holds nothing is a member: its settings would be dropped without a word.
  if (typeof options !== 'object' || options === null || Symbol.iterator in options)
    invalidArgument(`${where}: options are not an object`);
  for (const name of Object.keys(options))
    if (!names.includes(name))
      invalidArgument(`${where}: unknown option '${sanitizeText(name, 60)}'; known are ${names.join(', ')}`);
}
