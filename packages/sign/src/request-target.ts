import { type CallOptions, type Descriptor, SignError } from '@securosys/core';
import {
  isUnusable,
  type NotationSignature,
  type OpenEnvelope,
  openEnvelope,
  readSignature,
  signatureArtifactType,
} from '@securosys/notation-envelope';
import type { Repository } from '@securosys/oci';
import { imageFormat } from './image-formats.js';
import type { RequestIdentity } from './request-record.js';

/** A manifest and the signature that is now attached to it. */
export interface SignedManifest {
  /** `repository@digest` of the manifest that was signed. */
  readonly reference: string;
  /** Its media type, digest and size. */
  readonly subject: Descriptor;
  /** As the index says that lists it: `os/architecture[/variant]`. */
  readonly platform?: string;
  /** Descriptor of the signature's manifest, attached to the subject. */
  readonly signature: Descriptor;
  /** Id of the signing request that this was. */
  readonly requestId: string;
}

/** Where a finished signature goes. */
export interface RequestTarget<T> {
  /** Why what was asked is no longer so, after people had time: one sentence, or `undefined` when it still is. */
  moved(subject: Descriptor, call: CallOptions): Promise<string | undefined>;
  /** Gives the signature out. The same signature has the same effect. */
  deliver(artifact: NotationSignature, subject: Descriptor, requestId: string, call: CallOptions): Promise<T>;
  /** What {@link RequestTarget.deliver} came to before, if it is there and its signature is ours. */
  delivered?(
    signature: Descriptor,
    isOurs: (signature: Uint8Array) => boolean,
    subject: Descriptor,
    requestId: string,
    call: CallOptions,
  ): Promise<T | undefined>;
  /** What {@link RequestTarget.deliver} came to before, wherever it is: one whose signature is ours, with a timestamp where one was asked for. */
  search?(
    isOurs: (signature: Uint8Array) => boolean,
    subject: Descriptor,
    requestId: string,
    call: CallOptions,
  ): Promise<T | undefined>;
}

/** Attaches to a manifest of a registry or layout. */
export function manifestTarget(repository: Repository, identity: RequestIdentity): RequestTarget<SignedManifest> {
  const { reference, tag, index, platform, style, timestamped } = identity;
  const signed = (subject: Descriptor, signature: Descriptor, requestId: string): SignedManifest => {
    return { reference, subject, ...(platform !== undefined && { platform }), signature, requestId };
  };
  const isAttached = async (
    signature: Descriptor,
    subject: Descriptor,
    call: CallOptions,
    isOurs: (open: OpenEnvelope) => boolean,
  ): Promise<boolean> => {
    try {
      const read = await readSignature(repository, signature, subject, call);
      return !(read instanceof Error) && isOurs(openEnvelope(read.envelope, read.mediaType));
    } catch (error) {
      if (isUnusable(error)) return false;
      throw error;
    }
  };
  return {
    async moved(subject, call) {
      if (tag === undefined) return undefined;
      const { descriptor } = await repository.resolve(tag, call);
      return descriptor.digest === (index ?? subject.digest) ? undefined : `the tag '${tag}' names another image now`;
    },
    async deliver(artifact, subject, requestId, call) {
      const { publish } = imageFormat(identity.format);
      const signature = await publish(repository, artifact, subject, { ...call, ...(style && { style }) });
      return signed(subject, signature, requestId);
    },
    async delivered(signature, isOurs, subject, requestId, call) {
      const found = await isAttached(signature, subject, call, (open) => isOurs(open.signature));
      return found ? signed(subject, signature, requestId) : undefined;
    },
    async search(isOurs, subject, requestId, call) {
      const isSame = ({ timestamp, signature }: OpenEnvelope) =>
        (timestamp !== undefined) === (timestamped === true) && isOurs(signature);
      try {
        for await (const found of repository.referrers(subject, { ...call, artifactType: signatureArtifactType })) {
          const { mediaType, digest, size } = found;
          if (await isAttached(found, subject, call, isSame)) return signed(subject, { mediaType, digest, size }, requestId);
        }
      } catch (error) {
        // Too many to look through: one signature too many is better than none.
        if (!SignError.is(error, 'ERR_LIMIT')) throw error;
      }
      return undefined;
    },
  };
}
