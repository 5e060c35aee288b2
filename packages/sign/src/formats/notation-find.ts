import { type CallOptions, type Descriptor, SignError, verifySignature } from '@securosys/core';
import {
  isUnusable,
  type NotationSignature,
  type OpenEnvelope,
  openEnvelope,
  readSignature,
  signatureArtifactType,
} from '@securosys/notation-envelope';
import type { Repository } from '@securosys/oci';
import type { ImageFormat, OwnParts } from './image-format.js';

/** Whether a manifest holds such a signature of the subject. */
async function holds(
  repository: Repository,
  manifest: Descriptor,
  subject: Descriptor,
  call: CallOptions,
  isIt: (open: OpenEnvelope) => boolean,
): Promise<boolean> {
  try {
    const read = await readSignature(repository, manifest, subject, call);
    return !(read instanceof Error) && isIt(openEnvelope(read.envelope, read.mediaType));
  } catch (error) {
    if (isUnusable(error)) return false;
    throw error;
  }
}

function isOurs({ key, parts }: OwnParts, signature: Uint8Array): boolean {
  const [part, more] = parts;
  return part !== undefined && !more && verifySignature(key, part.algorithm, part.input.message, signature);
}

/** The manifest that holds a Notary signature of ours, at a place that is named or anywhere beside its subject. */
export const findNotation: ImageFormat<NotationSignature>['find'] = async ({ repository }, own, subject, identity, call, at) => {
  if (at) {
    const [named, more] = at;
    const found = named && !more && (await holds(repository, named, subject, call, (open) => isOurs(own, open.signature)));
    return found ? [named] : undefined;
  }
  const isSame = ({ timestamp, signature }: OpenEnvelope) =>
    (timestamp !== undefined) === (identity.timestamped === true) && isOurs(own, signature);
  try {
    for await (const found of repository.referrers(subject, { ...call, artifactType: signatureArtifactType })) {
      const { mediaType, digest, size } = found;
      if (await holds(repository, found, subject, call, isSame)) return [{ mediaType, digest, size }];
    }
  } catch (error) {
    // Too many to look through: one signature too many is better than none.
    if (!SignError.is(error, 'ERR_LIMIT')) throw error;
  }
  return undefined;
};
