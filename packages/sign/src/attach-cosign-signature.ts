import {
  base64Text,
  type CallOptions,
  type Descriptor,
  type HashName,
  invalidArgument,
  knownOptions,
  utf8Bytes,
} from '@securosys/core';
import { attachCosignSignature as attachFiles, cosignAlgorithm, readCosignPublicKey } from '@securosys/cosign';
import { createOci, type Oci } from '@securosys/oci';
import { callOf } from './sign-options.js';

/** Files of a signature that was made elsewhere. */
export interface DetachedPayloadSignature {
  /** The bytes that were signed. */
  readonly payload: Uint8Array;
  /** Base64 as text, line breaks or not; or the signature itself as bytes. */
  readonly signature: string | Uint8Array;
  /** RFC 3161 TimeStampResp over the signature, DER. */
  readonly timestamp?: Uint8Array;
}

/** How such a signature is attached. */
export interface AttachSignatureOptions extends CallOptions {
  /** The key that signed, PEM as `cosign public-key` writes it: nothing that it did not sign is attached, and nothing twice. */
  publicKey: string | Uint8Array;
  /** Hash of the payload: must be named for P-384 and P-521. */
  digestAlgorithm?: HashName;
  /** Repository that holds the signatures, as `COSIGN_REPOSITORY` names one to cosign. Default: that of the image. */
  signatureRepository?: string;
  /** Registry access. Default: anonymous, public registries only. */
  oci?: Oci;
}

/**
 * Attaches a signature over a payload to the image that a reference names. It takes the place of `cosign attach signature`, and verifies what
 * that attaches unseen: the payload has to be about this image, and the signature by this key.
 * @returns descriptor of the manifest behind the `.sig` tag
 * @throws SignError `ERR_MALFORMED`; `ERR_DIGEST_MISMATCH` for a payload about another image; `ERR_SIGNATURE_MISMATCH`; those of the registry
 */
export async function attachCosignSignature(
  reference: string,
  files: DetachedPayloadSignature,
  options: AttachSignatureOptions,
): Promise<{ readonly reference: string; readonly signature: Descriptor }> {
  const names = ['publicKey', 'digestAlgorithm', 'signatureRepository', 'oci', 'signal', 'timeoutMs', 'logger'];
  knownOptions('attachCosignSignature', options, names);
  const { publicKey, digestAlgorithm, signatureRepository, oci = createOci() } = options;
  const { spki, spec } = readCosignPublicKey(publicKey);
  const { payload, signature, timestamp } = files;
  if (typeof signature !== 'string' && !(signature instanceof Uint8Array))
    invalidArgument('a detached signature is base64, or the bytes of the signature');
  const base64 = utf8Bytes(typeof signature === 'string' ? signature : base64Text(signature));
  const call = callOf(options);
  const repository = oci.open(reference);
  const image = await repository.resolve(undefined, call);
  const attached = await attachFiles(
    repository,
    { payload, signature: base64, ...(timestamp && { timestamp }) },
    image.descriptor,
    {
      ...call,
      by: { spki, algorithm: cosignAlgorithm(spec, digestAlgorithm) },
      ...(signatureRepository !== undefined && { signatureRepository: oci.open(signatureRepository) }),
    },
  );
  return { reference: image.reference, signature: attached };
}
