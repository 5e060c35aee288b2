import { ownBytes, type SecretIntent, sha256Hex } from '@securosys/core';
import type { SigningSubject } from './subject.js';

/**
 * What is known of a use of a key that opens an encrypted image: the key, and what whoever uses it says of the image. No ciphertext proves that,
 * so two sayings that differ are a contradiction.
 */
export function subjectOfSecret({ purpose, key, operation, source = {} }: SecretIntent): SigningSubject {
  const { label } = key.ref;
  const { repository, tag, trusted } = source;
  const explained = operation.facts?.subject?.digest;
  const digest = source.digest ?? explained;
  const differs = explained !== undefined && explained !== digest;
  return {
    purpose,
    ...(repository !== undefined && { repository }),
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
    ...(trusted !== undefined && { trusted }),
    // Rules name key pairs, by their public halves: of a symmetric key nobody knows one.
    ...('spki' in key && {
      key: { spkiSha256: sha256Hex(key.spki), spki: ownBytes(key.spki), ...(label !== undefined && { label }) },
    }),
    ...(differs && { contradiction: `the key is asked for ${explained}, and the image is ${digest}` }),
  };
}
