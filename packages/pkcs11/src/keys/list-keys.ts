import type { CallOptions } from '@securosys/core';
import { CKO } from '../cryptoki/attributes.js';
import type { TokenCalls } from '../token/token-calls.js';
import { findPublicHalf, type ProvePublicHalf } from './find-public-half.js';
import { objectTemplate } from './key-query.js';
import { namesOf, privateKeyAttributes, type TokenKey, tokenKey } from './token-key.js';

/** Keys whose public halves are looked for at once, so that a token across a network is not asked one by one. */
const page = 16;

/**
 * All private keys, one at a time. A key without a public half cannot be described and is told to the logger instead. Handles and the
 * attributes that are not secret (under 1 KB for each key) are read by one search, in pages; public halves as they are asked for.
 * @throws SignError `ERR_LIMIT` for a token with over 10,000 private keys
 */
export async function* listTokenKeys(calls: TokenCalls, options: CallOptions, prove?: ProvePublicHalf): AsyncGenerator<TokenKey> {
  const found = await calls.find(objectTemplate(CKO.PRIVATE_KEY, {}), privateKeyAttributes, options);
  while (found.length > 0) {
    options.signal?.throwIfAborted();
    const next = found.splice(0, page);
    const keys = await Promise.all(
      next.map(async (each) => {
        const publicKey = await findPublicHalf(calls, each, options, prove);
        if (publicKey) return tokenKey(each, publicKey, calls.token);
        options.logger?.warn('a private key without its public half is left out of the list', { ...namesOf(each.attributes) });
        return undefined;
      }),
    );
    for (const key of keys) if (key) yield key;
  }
}
