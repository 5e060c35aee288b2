import { base64Text, invalidArgument, utf8Bytes } from '@securosys/core';

/**
 * Value of `Authorization` or `Proxy-Authorization` for a name and a password (RFC 7617, UTF-8).
 * @throws SignError `ERR_INVALID_ARGUMENT` for a name with a colon, without showing it
 */
export function basicLogin(login: { readonly username: string; readonly password: string }): string {
  if (login.username.includes(':')) invalidArgument('a login name for Basic authentication holds no colon');
  return `Basic ${base64Text(utf8Bytes(`${login.username}:${login.password}`))}`;
}
