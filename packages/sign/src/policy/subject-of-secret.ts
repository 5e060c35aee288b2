import { ownBytes, type SecretIntent, sha256Hex } from '@securosys/core';
import type { SigningSubject, SigningSubjectSymmetricKey } from './subject.js';

/** A pin that its backend cannot confirm is the configuration's word, and no rule goes by that. */
function symmetricKey({ ref, usages }: SecretIntent['key']): SigningSubjectSymmetricKey {
  const { label, checkSha256 } = ref;
  const confirmed = usages.includes('encrypt') && checkSha256 !== undefined;
  return { ...(confirmed && { checkSha256 }), ...(label !== undefined && { label }) };
}

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
    ...('spki' in key
      ? { key: { spkiSha256: sha256Hex(key.spki), spki: ownBytes(key.spki), ...(label !== undefined && { label }) } }
      : { symmetricKey: symmetricKey(key) }),
    ...(differs && { contradiction: `the key is asked for ${explained}, and the image is ${digest}` }),
  };
}
