import { knownOptions } from '@securosys/core';
import type { Recipient } from '@securosys/ocicrypt';
import { callOf } from '../sign-options.js';
import { type ImageRouteOptions, openRoute, routeNames } from './image-route.js';
import { loadOcicrypt } from './load-ocicrypt.js';
import { checkSigning, type EncryptedImage, type SignResultOptions, signResult } from './sign-result.js';

/** Who shall be able to decrypt an image, and how much of it is encrypted. */
export interface EncryptImageOptions extends ImageRouteOptions {
  /** Each of them can decrypt every encrypted layer. */
  recipients: readonly Recipient[];
  /** Positions of the layers to encrypt in every manifest, from 0; negative ones from the end. Default: all. The others stay readable. */
  layers?: readonly number[];
  /** Leaves layers as they are that are encrypted already, for whomever. Default `false`: such an image is refused. */
  keepEncrypted?: boolean;
  /** Signs the encrypted image. Encryption authenticates nobody: whoever knows a recipient's public key can make an image for him. */
  sign?: SignResultOptions;
}

const names = [...routeNames, 'recipients', 'layers', 'keepEncrypted', 'sign'];

/**
 * Encrypts an image with all its platforms, and signs the encrypted one if `sign` says how. Its config stays readable. Layers get fresh keys, so each
 * call makes another image, and a signature of the plain one says nothing of it.
 *
 * While people decide on the signature it throws `ERR_APPROVAL_PENDING`, with the new image in `details.encrypted`: go on with
 * `resumeSigningRequest(details.requestId)`, or with `signImage(details.encrypted.reference)` and the same options, and not with this call.
 *
 * @example
 * ```ts
 * import { encryptImage, providerRecipient, type Signer } from '@securosys/sign';
 * declare const publicKey: Uint8Array; // SubjectPublicKeyInfo, DER
 * declare const signer: Signer;
 * const { reference, signed } = await encryptImage('oci:./app:1.4', {
 *   to: 'registry.example/app:1.4-encrypted',
 *   recipients: [providerRecipient({ name: 'securosys', keys: [{ kid: 'images-2026', spki: publicKey }] })],
 *   sign: { signer, format: 'notation-jws' },
 * });
 * console.log(reference, signed?.signature.digest);
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT`, also for a layer that is not there or encrypted already; `ERR_CAPABILITY_MISSING` for a layer that cannot
 * be encrypted; those of the recipients, of both registries, and of {@link signImage}
 */
export async function encryptImage(reference: string, options: EncryptImageOptions): Promise<EncryptedImage> {
  knownOptions('encryptImage', options, names);
  const { recipients, layers, keepEncrypted, sign } = options;
  const route = openRoute(reference, options);
  const call = callOf(options);
  await checkSigning('encryptImage', sign, call);
  const room = await loadOcicrypt();
  const report = await room.encryptImage(route.source, route.target, {
    ...route.options,
    recipients,
    ...(layers && { layers }),
    ...(keepEncrypted !== undefined && { keepEncrypted }),
  });
  return signResult(route.result(report), sign, route.oci, call);
}
