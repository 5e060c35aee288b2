import { type CallOptions, type Clock, type Descriptor, invalidArgument, SignError } from '@securosys/core';
import type { Oci } from '@securosys/oci';
import type { OwnParts } from '../formats/image-format.js';
import { type AttachedFormatId, type FormatTable, ownFormats } from '../image-formats.js';
import type { RequestIdentity } from './request-identity.js';

/** A manifest and the signature that is now attached to it. */
export interface SignedManifest {
  /** `repository@digest` of the manifest that was signed. */
  readonly reference: string;
  /** Its media type, digest and size. */
  readonly subject: Descriptor;
  /** As the index says that lists it: `os/architecture[/variant]`. */
  readonly platform?: string;
  /** What it was signed in. */
  readonly format: AttachedFormatId;
  /** Descriptor of the signature's manifest, attached to the subject: the first of `attached`. */
  readonly signature: Descriptor;
  /** Every manifest that holds a part of the signature: one for each shape that it is kept in. */
  readonly attached: readonly Descriptor[];
  /** Id of the signing request that this was. */
  readonly requestId: string;
  /** Who cannot verify this, or only with a flag, in one sentence; absent: who reads the format verifies it. */
  readonly advice?: string;
}

/** Where a finished signature goes. */
export interface RequestTarget<T> {
  /** Why what was asked is no longer so, after people had time: one sentence, or `undefined` when it still is. */
  moved(subject: Descriptor, call: CallOptions): Promise<string | undefined>;
  /** Descriptors of what a delivery wrote; none where the signature goes to the caller. */
  attached?(delivered: T): readonly Descriptor[];
  /** Gives the signature out. The same signature has the same effect. */
  deliver(artifact: unknown, subject: Descriptor, requestId: string, call: CallOptions): Promise<T>;
  /**
   * What {@link RequestTarget.deliver} came to before, if it is there and its signatures are ours.
   * @param at where it is said to be; absent: it is looked for
   */
  find?(
    own: OwnParts,
    subject: Descriptor,
    requestId: string,
    call: CallOptions,
    at?: readonly Descriptor[],
  ): Promise<T | undefined>;
}

/** Attaches to a manifest of a registry or layout. @throws SignError `ERR_INVALID_ARGUMENT` */
export function manifestTarget(
  oci: Oci,
  clock: Clock,
  identity: RequestIdentity,
  formats: FormatTable = ownFormats,
): RequestTarget<SignedManifest> {
  const { reference, tag, index, platform, format: id, signatureRepository } = identity;
  const format = formats.manifest(id);
  if (!format) return invalidArgument('what this signing request makes is not attached to a manifest');
  const repository = oci.open(reference);
  const place = {
    repository,
    clock,
    ...(signatureRepository !== undefined && { signatureRepository: oci.open(signatureRepository) }),
  };
  const advice = format.advice?.(identity);
  const signed = (subject: Descriptor, attached: readonly Descriptor[], requestId: string): SignedManifest => ({
    reference,
    subject,
    ...(platform !== undefined && { platform }),
    format: id,
    signature: attached[0] as Descriptor,
    attached,
    requestId,
    ...(advice !== undefined && { advice }),
  });
  return {
    async moved(subject, call) {
      try {
        if (tag === undefined) {
          await repository.fetchManifest(subject, call);
          return undefined;
        }
        const { descriptor } = await repository.resolve(tag, call);
        return descriptor.digest === (index ?? subject.digest) ? undefined : `the tag '${tag}' names another image now`;
      } catch (error) {
        if (SignError.is(error, 'ERR_NOT_FOUND')) return tag === undefined ? 'the image is gone' : `the tag '${tag}' is gone`;
        throw error;
      }
    },
    attached: ({ attached }) => attached,
    async deliver(artifact, subject, requestId, call) {
      if (advice !== undefined) call.logger?.warn(advice, { reference });
      return signed(subject, await format.publish(place, artifact, subject, identity, call), requestId);
    },
    async find(own, subject, requestId, call, at) {
      const found = await format.find(place, own, subject, identity, call, at);
      return found && signed(subject, found, requestId);
    },
  };
}
