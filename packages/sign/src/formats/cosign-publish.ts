import { base64Bytes, type CallOptions, type Descriptor, keySpecOf, publicKeyFromSpki } from '@securosys/core';
import { attachCosign, type CosignAttestation, type CosignSignature, cosignAlgorithm } from '@securosys/cosign';
import type { RequestIdentity } from '../requests/request-identity.js';
import type { SignaturePlace } from './image-format.js';

/** Stores a signature or attestation in its shapes. What is there already, by the same key about the same, is not stored again. */
export async function publishCosign(
  { repository, signatureRepository, clock }: SignaturePlace,
  artifact: CosignSignature | CosignAttestation,
  subject: Descriptor,
  { spki: text, digestAlgorithm }: RequestIdentity,
  call: CallOptions,
): Promise<readonly Descriptor[]> {
  const spki = base64Bytes(text, 'public key');
  const by = { spki, algorithm: cosignAlgorithm(keySpecOf(publicKeyFromSpki(spki)), digestAlgorithm) };
  return attachCosign(repository, artifact, subject, {
    ...call,
    by,
    clock,
    ...(signatureRepository && { signatureRepository }),
  });
}
