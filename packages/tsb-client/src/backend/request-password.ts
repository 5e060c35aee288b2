import { invalidArgument } from '@securosys/core';
import type { TsbBackendStyle } from './options.js';
import type { BackendParts } from './parts.js';

/** Passwords of keys, where nobody can read them who should not (S12). */
export function requestPassword({
  keyPassword,
  allowPasswordInRequest,
}: Pick<TsbBackendStyle, 'keyPassword' | 'allowPasswordInRequest'>): BackendParts['password'] {
  return async (label, seen) => {
    const password = await keyPassword?.(label);
    if (password !== undefined && seen && !allowPasswordInRequest)
      invalidArgument('approvers would see the key password; that needs the option allowPasswordInRequest');
    return password;
  };
}
