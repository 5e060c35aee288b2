import type { SigningFacts } from '@securosys/core';

/** Facts as a flat map of texts, the one form in which requester and approver compare them. */
export function flatFacts(facts: SigningFacts): Record<string, string> {
  const { format, title, subject, signedAt, expiresAt, details = {} } = facts;
  return {
    format,
    title,
    ...(subject && {
      'subject.digest': subject.digest,
      'subject.mediaType': subject.mediaType,
      'subject.size': String(subject.size),
    }),
    ...(signedAt !== undefined && { signedAt }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...Object.fromEntries(Object.entries(details).map(([name, value]) => [`detail.${name}`, value])),
  };
}
