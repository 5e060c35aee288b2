import { type CallOptions, invalidArgument, knownOptions, SignError } from '@securosys/core';
import type { Oci } from '@securosys/oci';
import { keyedPlan } from '../requests/prepare-course.js';
import { checkSelection } from '../select-manifests.js';
import { type SignedImage, type SignImageOptions, signImage, signImageNames } from '../sign-image.js';
import { callOf } from '../sign-options.js';
import { signingPlans } from '../sign-plans.js';
import type { ProcessedImage } from './image-route.js';

/** How the new image is signed: as `signImage` takes it, over the same registry access and with the same `signal`. */
export type SignResultOptions = Omit<SignImageOptions, 'oci' | keyof CallOptions>;

/** An image that was encrypted, or got other recipients. */
export interface EncryptedImage extends ProcessedImage {
  /** What is attached to it, when `sign` was given. */
  readonly signed?: SignedImage;
}

const names = signImageNames.filter((name) => !['signal', 'timeoutMs', 'logger'].includes(name));

/** What can be wrong with signing is found before a layer is moved. @throws SignError those of the signer */
export async function checkSigning(where: string, sign: SignResultOptions | undefined, call: CallOptions): Promise<void> {
  if (sign === undefined) return;
  if (typeof sign !== 'object' || sign === null) invalidArgument(`${where}: sign has the options of signImage`);
  knownOptions(`${where}: sign`, sign, names);
  if (typeof sign.signer?.begin !== 'function') invalidArgument(`${where}: sign needs a signer`);
  checkSelection(sign);
  for (const plan of signingPlans(`${where}: sign`, sign)) {
    const keyed = await keyedPlan(plan, callOf(call));
    await keyed.chain();
  }
}

/**
 * Signs the new image by its digest. The image is there whatever comes of it, and encrypting once more would make another one, so errors say
 * in `details.encrypted` which it is.
 */
export async function signResult(
  image: ProcessedImage,
  sign: SignResultOptions | undefined,
  oci: Oci,
  call: CallOptions,
): Promise<EncryptedImage> {
  if (sign === undefined) return image;
  try {
    return { ...image, signed: await signImage(image.reference, { ...sign, ...callOf(call), oci }) };
  } catch (error) {
    if (!SignError.is(error)) throw error;
    const { code, message, retryable, details } = error;
    const about = { ...details, encrypted: image };
    throw new SignError(code, `${image.reference} is encrypted and not signed yet: ${message}`, {
      cause: error,
      retryable,
      details: about,
    });
  }
}
