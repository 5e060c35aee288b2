import { knownOptions } from '@securosys/core';
import type { Recipient } from '@securosys/ocicrypt';
import { callOf } from '../sign-options.js';
import { openRoute, routeNames } from './image-route.js';
import { loadOcicrypt } from './load-ocicrypt.js';
import { type OpenEncryptedOptions, openNames, prepareOpening } from './open-encrypted.js';
import { checkSigning, type EncryptedImage, type SignResultOptions, signResult } from './sign-result.js';

/** Who opens an encrypted image, and who shall be able to. */
export interface ChangeRecipientsOptions extends OpenEncryptedOptions {
  recipients: readonly Recipient[];
  /** Signs the new manifest: the signature of the former one says nothing of it. */
  sign?: SignResultOptions;
}

const names = [...routeNames, ...openNames, 'recipients', 'sign'];

/**
 * Lets more recipients decrypt an encrypted image: its layers stay as they are, and a new manifest has packets more. Somebody who can decrypt it has to
 * open it, under the same conditions as for `decryptImage`.
 * @throws SignError those of {@link decryptImage} before layers are moved, and of {@link encryptImage} for recipients and signing
 */
export function addRecipients(reference: string, options: ChangeRecipientsOptions): Promise<EncryptedImage> {
  return changed('addRecipients', reference, options);
}

/**
 * Makes the recipients the only ones that the new manifest has packets for. Layers stay as they are: **whoever could decrypt the image keeps what is
 * needed for it**, and the former manifest may still be where it was. To shut somebody out, decrypt and encrypt again.
 * @throws SignError as {@link addRecipients}
 */
export function replaceRecipients(reference: string, options: ChangeRecipientsOptions): Promise<EncryptedImage> {
  return changed('replaceRecipients', reference, options);
}

async function changed(
  which: 'addRecipients' | 'replaceRecipients',
  reference: string,
  options: ChangeRecipientsOptions,
): Promise<EncryptedImage> {
  knownOptions(which, options, names);
  const { recipients, sign } = options;
  const route = openRoute(reference, options);
  const opening = prepareOpening(which, route, options);
  const call = callOf(options);
  await checkSigning(which, sign, call);
  const room = await loadOcicrypt();
  const report = await room[which](route.source, route.target, { ...route.options, ...opening.options, recipients });
  return signResult(route.result(report), sign, route.oci, call);
}
