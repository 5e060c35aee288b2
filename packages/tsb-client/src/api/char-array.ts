import { invalidArgument } from '@securosys/core';

/**
 * A password as the wire wants it: one array element per UTF-16 code unit (`tsb-rest-api.md` §2.2), `undefined` for none. An
 * empty password is refused, because an empty array means neither "none" nor "empty" to every server.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function toCharArray(password: string | undefined): readonly string[] | undefined {
  if (password === undefined) return undefined;
  if (typeof password !== 'string' || password.length === 0)
    invalidArgument('a key password must be a non-empty string, or left out');
  return password.split('');
}

/** The password that a char array spells. */
export function fromCharArray(chars: readonly string[] | undefined): string | undefined {
  return chars?.join('');
}
