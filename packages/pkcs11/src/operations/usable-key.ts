import { type KeySpec, type KeyUsage, SignError, sanitizeText } from '@securosys/core';
import { standsFor } from '../cryptoki/stands-for.js';
import type { ObjectHandle } from '../token/token-calls.js';

/** What has to be known of a private key before it is used. */
export interface UsableKey {
  readonly handle: ObjectHandle;
  readonly label: string | undefined;
  /** `undefined` for a key that no format here uses. */
  readonly spec: KeySpec | undefined;
  /** As the attributes of the private key say. */
  readonly usages: readonly KeyUsage[];
  /** CKA_ALWAYS_AUTHENTICATE: each use wants the PIN. */
  readonly alwaysAuthenticate: boolean;
}

/** @throws SignError `ERR_KEY_NOT_USABLE` before any native call: what the attributes forbid is not tried */
export function needUsage({ label, usages }: Pick<UsableKey, 'label' | 'usages'>, usage: KeyUsage): void {
  if (usages.includes(usage)) return;
  const what = label === undefined ? 'the key' : `key '${sanitizeText(label, 60)}'`;
  const may = usages.length === 0 ? 'nothing' : usages.join(', ');
  throw new SignError(
    'ERR_KEY_NOT_USABLE',
    `${what} may not ${usage}: its attributes allow ${may}; use a key that was made to ${usage}`,
    {
      details: { operation: usage, ...standsFor('CKR_KEY_FUNCTION_NOT_PERMITTED') },
    },
  );
}
