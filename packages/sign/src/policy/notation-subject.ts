import { notationCose, notationJws } from '@securosys/notation-envelope';
import type { SignedFacts } from './subject-of-intent.js';

/** What a Notary signature is about. Other messages of these domains are of no known format. */
export function notationSubject(domain: 'jws' | 'cose-sign', bytes: Uint8Array): SignedFacts {
  const facts = (domain === 'jws' ? notationJws : notationCose).explain(bytes);
  if (!facts?.subject || facts.signedAt === undefined) return {};
  const { format, subject, signedAt, expiresAt = 'never' } = facts;
  return { format, digest: subject.digest, signedAt, expiresAt, annotations: { ...subject.annotations } };
}
