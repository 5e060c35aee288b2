// A release over two CI jobs: the first asks people for the signatures, the second attaches them when they have decided. Images are signed
// for Notation and cosign in one call, and what the build knows about the image is attested with a key of its own, because cosign takes an
// attestation for an image signature by the same key.
import {
  attest,
  type Oci,
  type PendingStore,
  type Predicates,
  SignError,
  type Signer,
  type SignImageOptions,
  signImage,
} from '@securosys/sign';

/** What both jobs know. The store is a folder that is kept between them, or anything shared. */
export interface Release {
  readonly image: string;
  readonly signer: Signer;
  readonly builder: Signer;
  readonly store: PendingStore;
  readonly provenance: Predicates['slsaprovenance1'];
  readonly oci?: Oci;
}

function optionsOf({ signer, store, oci }: Release): SignImageOptions {
  const format = [{ format: 'notation-jws', expiry: '90d' }, 'cosign'] as const;
  return { signer, store, format, ...(oci && { oci }) };
}

/**
 * Either job, and as often as you like: the same call continues what an earlier one has asked for.
 * @returns the reference to deploy, or `undefined` while people decide: end the job with exit code 75 and come back
 */
export async function release(given: Release): Promise<string | undefined> {
  const { image, builder, provenance, oci } = given;
  try {
    const { reference } = await signImage(image, optionsOf(given));
    // The build's own key needs nobody's approval, and the statement is about the digest that was signed.
    await attest(reference, { signer: builder, predicateType: 'slsaprovenance1', predicate: provenance, ...(oci && { oci }) });
    return reference;
  } catch (error) {
    if (SignError.is(error, 'ERR_APPROVAL_PENDING')) return undefined;
    throw error;
  }
}
