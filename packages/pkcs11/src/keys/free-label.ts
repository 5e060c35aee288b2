import { type CallOptions, SignError, sanitizeText } from '@securosys/core';
import type { TokenCalls } from '../token/token-calls.js';
import { objectTemplate } from './key-query.js';

/**
 * Labels are for people and PKCS#11 lets them repeat; ours do not, so that a label keeps naming one key.
 * @throws SignError `ERR_KEY_EXISTS`
 */
export async function freeLabel(calls: TokenCalls, label: string, objectClass: number, options: CallOptions): Promise<void> {
  const found = await calls.find(objectTemplate(objectClass, { label }), [], options);
  if (found.length > 0)
    throw new SignError(
      'ERR_KEY_EXISTS',
      `token '${sanitizeText(calls.token.label, 40)}' has a key '${sanitizeText(label, 60)}' already`,
      {
        details: { tokenLabel: calls.token.label },
      },
    );
}
