import type { TsbAttributes } from '@securosys/tsb-client/api';
import { unwrapWith, wrapMethod } from '../crypto/wrap-method.js';
import { buildNewKey, checkedNewKey, type KeyPolicy } from '../keys/new-key.js';
import { unwrappedKey } from '../keys/wrap-format.js';
import { storedRules } from '../policy/stored-rules.js';
import { bytes, flag, flags, optional, struct, text } from '../store/fields.js';
import type { Executor } from './executor.js';

export interface UnwrapInput {
  readonly wrapped: Uint8Array;
  /** One of §3.5. */
  readonly method: string;
  /** Of the new key. */
  readonly label: string;
  readonly attributes: TsbAttributes;
  readonly policy?: KeyPolicy | undefined;
}

const policy = optional(struct({ rules: storedRules, blocked: flag }));

export const unwrapExecutor: Executor<'unwrap'> = {
  rule: 'ruleUse',
  challenge: 'use',
  payload: 'use',
  tasks: 'unwrap',
  shownAs: 'signedUnwrapKeyRequest',
  attribute: 'unwrap',
  needsPolicy: false,
  input: struct({ wrapped: bytes, method: text, label: text, attributes: flags<TsbAttributes>(), policy }),
  async run({ partition, key, input }) {
    const method = wrapMethod(input.method, key);
    const { spec, key: privateKey } = unwrappedKey(unwrapWith(key, method, input.wrapped), method.family);
    const asked = { ...input, spec };
    const made = await buildNewKey(asked, { ...checkedNewKey(partition, asked), imported: true }, privateKey);
    return { result: null, apply: () => partition.keys.add(made) };
  },
};
