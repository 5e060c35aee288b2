import { type CallOptions, SignError } from '@securosys/core';
import type { TokenCalls } from '../token/token-calls.js';

/**
 * @param use CKF_… that the mechanism must have
 * @param bits size of the key, where the type has one that modules agree on
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED` before anything is asked of the token
 */
export async function needMechanism(
  calls: TokenCalls,
  type: number,
  use: number,
  bits: number | undefined,
  options: CallOptions,
): Promise<void> {
  const mechanisms = await calls.mechanisms(options);
  const info = mechanisms.get(type);
  const tooLarge = info && bits !== undefined && info.maxKeySize >= 1024 && bits > info.maxKeySize;
  const tooSmall = info && bits !== undefined && info.minKeySize >= 256 && bits < info.minKeySize;
  if (info && (info.flags & use) !== 0 && !tooLarge && !tooSmall) return;
  throw new SignError(
    'ERR_ALGORITHM_UNSUPPORTED',
    `the token has no mechanism 0x${type.toString(16)} for this${tooLarge || tooSmall ? ` with ${bits} bits` : ''}`,
    { details: { mechanism: type, tokenLabel: calls.token.label } },
  );
}
