import { type Logger, SignError, sanitizeText } from '@securosys/core';
import { tokenFlags } from '../cryptoki/flags.js';
import type { ReturnValueName } from '../cryptoki/return-values.js';
import { standsFor } from '../cryptoki/stands-for.js';
import type { TokenInfo } from '../token/token-calls.js';

/** CKF_LOGIN_REQUIRED. A token without it has no PIN, or an empty one, and must not be asked for any. */
export const needsLogin = ({ flags }: Pick<TokenInfo, 'flags'>): boolean => (flags & tokenFlags.LOGIN_REQUIRED) !== 0;

/** What the flags of a token are held against. */
export interface FlagRules {
  readonly allowFinalTry: boolean;
  readonly logger?: Logger;
}

/**
 * Looks at the flags before a PIN is asked for (`pkcs11.md` §5.2).
 * @returns whether a wrong PIN would lock the token
 * @throws SignError `ERR_AUTHENTICATION` when an attempt cannot succeed or would be the last one, `ERR_CAPABILITY_MISSING` for a PIN pad
 */
export function checkPinFlags({ flags, label }: Pick<TokenInfo, 'flags' | 'label'>, rules: FlagRules): { finalTry: boolean } {
  const refuse = (flag: string, what: string, ckr?: ReturnValueName): never => {
    throw new SignError('ERR_AUTHENTICATION', `token '${sanitizeText(label, 40)}': ${what}`, {
      details: { tokenLabel: label, tokenFlag: flag, ...(ckr && { ...standsFor(ckr), latched: true }) },
    });
  };
  const has = (flag: number): boolean => (flags & flag) !== 0;
  if (has(tokenFlags.PROTECTED_AUTHENTICATION_PATH))
    throw new SignError(
      'ERR_CAPABILITY_MISSING',
      `token '${sanitizeText(label, 40)}' takes its PIN on a pad of its own, which pkcs11js cannot ask for`,
      {
        details: { tokenLabel: label, tokenFlag: 'CKF_PROTECTED_AUTHENTICATION_PATH' },
      },
    );
  if (has(tokenFlags.USER_PIN_LOCKED))
    refuse('CKF_USER_PIN_LOCKED', 'its PIN is locked: the security officer sets a new one', 'CKR_PIN_LOCKED');
  if (has(tokenFlags.USER_PIN_TO_BE_CHANGED))
    refuse('CKF_USER_PIN_TO_BE_CHANGED', 'its PIN has to be changed with the tool of its maker first', 'CKR_PIN_EXPIRED');
  const finalTry = has(tokenFlags.USER_PIN_FINAL_TRY);
  if (finalTry && !rules.allowFinalTry)
    refuse('CKF_USER_PIN_FINAL_TRY', 'one more wrong PIN locks it: log in with the tool of its maker, or say allowFinalTry');
  if (has(tokenFlags.USER_PIN_COUNT_LOW))
    rules.logger?.warn('a wrong PIN was tried on this token since its last login', { tokenLabel: label });
  return { finalTry };
}
