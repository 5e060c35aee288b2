import { invalidArgument } from '@securosys/core';
import { isDigest } from '../digest.js';
import { formatReference, isTag, parseReference, type Reference } from '../reference.js';

/**
 * A reference from text or parts. Parts pass the same grammar: what a program puts together is no safer than what people write.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function checkedReference(reference: string | Reference): Reference {
  if (typeof reference === 'string') return parseReference(reference);
  if (reference?.kind === 'registry') {
    const parsed = parseReference(formatReference(reference));
    const same =
      parsed.kind === 'registry' && parsed.registry === reference.registry && parsed.repository === reference.repository;
    return same ? parsed : invalidArgument('registry and repository are not written as parseReference writes them');
  }
  if (reference?.kind !== 'layout') return invalidArgument('an image reference is text or what parseReference returns');
  const { path, tag, digest } = reference;
  if (typeof path !== 'string') return invalidArgument('the path of an image layout is text');
  // With a tag behind it every colon of the folder's name stays in the name.
  parseReference(`oci:${path}:tag`);
  if ((tag !== undefined && !isTag(tag)) || (digest !== undefined && !isDigest(digest)))
    return invalidArgument('bad reference to an image layout');
  return reference;
}
