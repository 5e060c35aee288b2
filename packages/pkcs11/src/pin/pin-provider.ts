import type { CallOptions } from '@securosys/core';
import type { TokenInfo } from '../token/token-calls.js';

/** For what a PIN is wanted. */
export interface PinRequest {
  /** As it was read just now: its flags decide whether an attempt is made at all. */
  readonly token: TokenInfo;
  /** `login`: `C_Login` of the user. `context`: one use of a key with CKA_ALWAYS_AUTHENTICATE, between `C_…Init` and the operation. */
  readonly purpose: 'login' | 'context';
  /** Label of the key, when `purpose` is `context`. */
  readonly keyLabel?: string;
}

/**
 * Gives the PIN of a token to whoever logs in, and keeps a wrong one from being tried again: in this process and, where a state folder
 * is, in the next (`pkcs11.md` §5.2, threat model S41).
 */
export interface PinProvider {
  /** Whether the token wants a login before its private objects can be used: CKF_LOGIN_REQUIRED. Nothing is asked for where it does not. */
  required(token: TokenInfo): boolean;
  /**
   * Asks the source for the PIN and hands it to `attempt`, once. `attempt` makes the native call and rejects with a `SignError` whose
   * `details.upstreamCode` is the CKR: one that says that the PIN is wrong, locked or expired closes the latch, and no later call gets a
   * PIN until its source has changed; so does one with `details.unanswered`, unless the PIN was right in this process before. Logins to the same token wait for each other,
   * and so do uses of its keys; a use may log in inside of its attempt. The PIN has no NUL and is not kept here.
   * @throws SignError `ERR_AUTHENTICATION` without an attempt: no PIN, one that has failed before, the token's flags; `ERR_STORE` for a
   * file or state folder that cannot be used; `ERR_CAPABILITY_MISSING` for a token with its own PIN pad; and what `attempt` throws
   */
  withPin<T>(request: PinRequest, attempt: (pin: string) => Promise<T>, options?: CallOptions): Promise<T>;
  /** Lets the PIN of a token be tried again, after somebody has put it right. */
  forgetFailure(token: Pick<TokenInfo, 'serial' | 'label'>): Promise<void>;
}
