import { SignError } from '@securosys/core';

const stableName = /^[A-Z][A-Z0-9_]{1,60}$/;

function codesOf(error: unknown, depth = 0): string[] {
  if (depth > 4 || !(error instanceof Error)) return [];
  const own = 'code' in error && typeof error.code === 'string' && stableName.test(error.code) ? [error.code] : [];
  const inner = error instanceof AggregateError ? error.errors.flatMap((one: unknown) => codesOf(one, depth + 1)) : [];
  return [...own, ...inner, ...codesOf(error.cause, depth + 1)];
}

/**
 * `ERR_NETWORK` with the stable names of what went wrong (`ECONNREFUSED`). The error of the transport itself is not kept as a cause: its text
 * may quote headers, and one of them is the login (S37).
 */
export function networkError(message: string, error: unknown): SignError {
  const names = [...new Set(codesOf(error))].slice(0, 4);
  const why = names.length === 0 ? '' : `: ${names.join(', ')}`;
  return new SignError('ERR_NETWORK', `${message}${why}`, { details: { names } });
}
