import { type Claims, type SigningFacts, sanitizeText } from '@securosys/core';

const cleanMap = (map: Readonly<Record<string, string>>, limit: number): Record<string, string> =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [sanitizeText(name, 80), sanitizeText(value, limit)]));

/** Claims safe to show (S11): at most 100, at most 2,000 characters each. */
export function cleanClaims(claims: Claims): Claims {
  return cleanMap(Object.fromEntries(Object.entries(claims).slice(0, 100)), 2_000);
}

/** Facts safe to show. They come from foreign bytes too; digests are ASCII and stay whole. */
export function cleanFacts(facts: SigningFacts): SigningFacts {
  const { format, title, subject, signedAt, expiresAt, details } = facts;
  return {
    format,
    title: sanitizeText(title, 2_000),
    ...(subject && { subject }),
    ...(signedAt !== undefined && { signedAt: sanitizeText(signedAt) }),
    ...(expiresAt !== undefined && { expiresAt: sanitizeText(expiresAt) }),
    ...(details && { details: cleanMap(details, 2_000) }),
  };
}
