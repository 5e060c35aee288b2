import { base64Text } from '@securosys/core';
import { type SignatureType, signatureTypes } from '@securosys/tsb-client/api';
import { signPayload } from '../keys/sign.js';
import { wireAlgorithm } from '../keys/signature-algorithms.js';
import { bytes, oneOf, optional, struct, text } from '../store/fields.js';
import type { Executor } from './executor.js';

export interface SignInput {
  readonly payload: Uint8Array;
  /** One of §3.3. */
  readonly algorithm: string;
  readonly signatureType: SignatureType;
  readonly context?: Uint8Array | undefined;
}

export const signExecutor: Executor<'sign'> = {
  rule: 'ruleUse',
  challenge: 'use',
  payload: 'use',
  tasks: 'sign',
  shownAs: 'signedSignRequest',
  attribute: 'sign',
  needsPolicy: false,
  input: struct({ payload: bytes, algorithm: text, signatureType: oneOf(signatureTypes), context: optional(bytes) }),
  async run({ key, input }) {
    const algorithm = wireAlgorithm(input.algorithm, key.spec);
    const { payload, signatureType, context } = input;
    return { result: base64Text(await signPayload(key.privateKey, key.spec, algorithm, payload, signatureType, context)) };
  },
};
