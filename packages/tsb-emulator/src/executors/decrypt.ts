import { base64Text } from '@securosys/core';
import { decryptWith } from '../crypto/cipher.js';
import { bytes, number, optional, struct, text } from '../store/fields.js';
import type { Executor } from './executor.js';

export interface DecryptInput {
  readonly payload: Uint8Array;
  /** One of §3.4. */
  readonly cipher: string;
  readonly iv?: Uint8Array | undefined;
  readonly aad?: Uint8Array | undefined;
  /** Bits. */
  readonly tagLength: number;
}

export const decryptExecutor: Executor<'decrypt'> = {
  rule: 'ruleUse',
  challenge: 'use',
  payload: 'use',
  tasks: 'decrypt',
  shownAs: 'signedDecryptRequest',
  attribute: 'decrypt',
  needsPolicy: false,
  input: struct({ payload: bytes, cipher: text, iv: optional(bytes), aad: optional(bytes), tagLength: number }),
  run: ({ key, input }) => ({ result: base64Text(decryptWith(key, input.cipher, input.payload, input)) }),
};
