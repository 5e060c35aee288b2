import { isSecretIntent, type KeyIntent, ownBytes, type SigningIntent, sha256Hex } from '@securosys/core';
import type { SigningSubject } from './subject.js';
import { subjectOfSecret } from './subject-of-secret.js';

/** What the bytes of an intent prove. */
export type SignedFacts = Pick<
  SigningSubject,
  'format' | 'messageSha256' | 'digest' | 'signedRepository' | 'signedAt' | 'expiresAt' | 'annotations' | 'predicateType'
>;

/**
 * What is known of a use of a key: facts recomputed from the bytes that are signed, the key, and where the caller will put the signature; of a
 * decryption, what the caller says of the encrypted image. Claims are left out.
 */
export async function subjectOfIntent(intent: KeyIntent): Promise<SigningSubject> {
  if (isSecretIntent(intent)) return subjectOfSecret(intent);
  const { key, target = {} } = intent;
  const facts = await factsOf(intent);
  const { label } = key.ref;
  const differs = target.digest !== undefined && facts.digest !== undefined && target.digest !== facts.digest;
  return {
    ...(intent.domain === 'audit-checkpoint' && { purpose: intent.domain }),
    ...(target.repository !== undefined && { repository: target.repository }),
    ...(target.tag !== undefined && { tag: target.tag }),
    ...facts,
    // The public half is the truth: signatures are verified with it.
    key: { spkiSha256: sha256Hex(key.spki), spki: ownBytes(key.spki), ...(label !== undefined && { label }) },
    ...(differs && { contradiction: `the bytes are about ${facts.digest}, and the target is ${target.digest}` }),
  };
}

async function factsOf({ domain, operation }: SigningIntent): Promise<SignedFacts> {
  const bytes = operation.input.message ?? operation.input.preimage;
  // A digest alone stands for anything.
  if (!bytes) return {};
  return { messageSha256: sha256Hex(bytes), ...(await explained(bytes, { domain, operation })) };
}

async function explained(
  bytes: Uint8Array,
  { domain, operation }: Pick<SigningIntent, 'domain' | 'operation'>,
): Promise<SignedFacts> {
  switch (domain) {
    case 'jws':
    case 'cose-sign': {
      const { notationSubject } = await import('./notation-subject.js');
      return notationSubject(domain, bytes);
    }
    case 'cosign-payload':
    case 'dsse': {
      const { cosignSubject } = await import('./cosign-subject.js');
      return cosignSubject(domain, bytes);
    }
    case undefined:
      return foreignFacts(operation.facts);
    default:
      return { format: domain };
  }
}

/** Bytes of no known domain: what a format of somebody else recomputed from them, or nothing but that they are opaque. */
function foreignFacts(facts: SigningIntent['operation']['facts']): SignedFacts {
  if (!facts) return { format: 'opaque' };
  const { format, subject, signedAt, expiresAt } = facts;
  return {
    format,
    ...(subject && { digest: subject.digest, annotations: { ...subject.annotations } }),
    ...(signedAt !== undefined && { signedAt, expiresAt: expiresAt ?? 'never' }),
  };
}
