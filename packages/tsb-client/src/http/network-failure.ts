/** Causes that end an attempt before any byte of the request left: names, routes, connecting, TLS. */
const beforeSending = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

function codesOf(error: unknown, depth = 0): string[] {
  if (depth > 4 || !(error instanceof Error)) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const inner = error instanceof AggregateError ? error.errors.flatMap((e: unknown) => codesOf(e, depth + 1)) : [];
  return [...own, ...inner, ...codesOf(error.cause, depth + 1)];
}

/** What a failed `fetch` says about itself: stable names only, no text that could quote a header. */
export interface NetworkFailure {
  readonly names: readonly string[];
  /** True only when it is certain that the server saw nothing. */
  readonly neverSent: boolean;
}

export function networkFailure(error: unknown): NetworkFailure {
  const names = [...new Set(codesOf(error))].filter((code) => /^[A-Z][A-Z0-9_]{1,60}$/.test(code)).slice(0, 4);
  return { names, neverSent: names.length > 0 && names.every((code) => beforeSending.has(code)) };
}
