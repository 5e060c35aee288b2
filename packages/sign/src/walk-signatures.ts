import { type Descriptor, SignError } from '@securosys/core';
import { signatureArtifactType } from '@securosys/notation-envelope';
import type { Repository } from '@securosys/oci';
import type { Deadline } from './deadline.js';

/**
 * Visits the Notary signatures of a subject in the order of the registry.
 * @returns `ERR_LIMIT` when a cap was reached before the last one (S23)
 */
export async function walkSignatures(
  repository: Repository,
  subject: Descriptor,
  most: number,
  deadline: Deadline,
  visit: (descriptor: Descriptor) => Promise<void>,
): Promise<SignError | undefined> {
  let visited = 0;
  try {
    const listing = { ...deadline.remaining(), artifactType: signatureArtifactType };
    for await (const descriptor of repository.referrers(subject, listing)) {
      if (visited++ === most) throw new SignError('ERR_LIMIT', `the image has more than ${most} signatures`);
      await visit(descriptor);
      deadline.check();
    }
    deadline.check();
    return undefined;
  } catch (error) {
    deadline.check();
    if (SignError.is(error, 'ERR_LIMIT')) return error;
    throw error;
  }
}
