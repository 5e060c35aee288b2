import { type CallOptions, type Descriptor, invalidArgument, knownOptions } from '@securosys/core';
import { dockerReferenceOf, writePayload } from '@securosys/cosign';
import { createOci, type Oci, parseReference } from '@securosys/oci';
import { callOf } from './sign-options.js';

/** What a payload is to say. */
export interface GeneratePayloadOptions extends CallOptions {
  /** Signed with the image: what `cosign verify -a name=value` compares. */
  annotations?: Readonly<Record<string, string>>;
  /** Repository that the payload names. Default: that of the image; an image in a layout has none. */
  dockerReference?: string;
  /** Registry access. Default: anonymous, public registries only. */
  oci?: Oci;
}

/** What is to be signed, in a file. */
export interface GeneratedPayload {
  /** `repository@digest`: what the payload is about, and what the signature is attached to. */
  readonly reference: string;
  readonly subject: Descriptor;
  /** The bytes that `cosign generate` writes for the same image: sign them as they are. */
  readonly payload: Uint8Array;
}

/**
 * Writes down what a legacy signature of an image signs (`cosign.md` §4), to be signed elsewhere and later. It takes the place of
 * `cosign generate`, which cosign 4 will not have.
 * @throws SignError `ERR_INVALID_ARGUMENT`, those of the registry
 */
export async function generatePayload(reference: string, options: GeneratePayloadOptions = {}): Promise<GeneratedPayload> {
  knownOptions('generatePayload', options, ['annotations', 'dockerReference', 'oci', 'signal', 'timeoutMs', 'logger']);
  const { annotations, oci = createOci() } = options;
  const repository = oci.open(reference);
  const image = await repository.resolve(undefined, callOf(options));
  const named = options.dockerReference ?? (parseReference(reference).kind === 'registry' ? repository.name : undefined);
  if (named === undefined)
    return invalidArgument('generatePayload: an image in a layout has no repository: give dockerReference');
  const payload = writePayload({
    dockerReference: dockerReferenceOf(named),
    digest: image.descriptor.digest,
    ...(annotations && { annotations }),
  });
  return { reference: image.reference, subject: image.descriptor, payload };
}
