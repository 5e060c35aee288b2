import { invalidArgument } from '@securosys/core';

/** A secret, or a function that fetches it when it is needed. */
export type SecretSource<T = string> = T | (() => T | Promise<T>);

/**
 * A bearer token or API key that can stand in a header. The error never quotes it, as the platform's own would.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function headerSecret(value: unknown, what: string): string {
  if (typeof value !== 'string' || !/^[\x21-\x7e]{1,16384}$/.test(value))
    invalidArgument(`${what} must be 1 to 16384 visible ASCII characters`);
  return value;
}
