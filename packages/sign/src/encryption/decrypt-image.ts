import { knownOptions } from '@securosys/core';
import type { CosignSigner } from '@securosys/cosign';
import type { SignatureContents } from '@securosys/notation-envelope';
import { openRoute, type ProcessedImage, routeNames } from './image-route.js';
import { loadOcicrypt } from './load-ocicrypt.js';
import { type OpenEncryptedOptions, openNames, prepareOpening } from './open-encrypted.js';

/** Who decrypts an image, and what it must be. */
export interface DecryptImageOptions extends OpenEncryptedOptions {
  /** Most bytes that one layer may unpack to while its `diff_id` is checked; default 64 GiB. Nothing of that is held or stored. */
  maxUnpackedBytes?: number;
}

/** An image that was decrypted. */
export interface DecryptedImage extends ProcessedImage {
  /** Contents of every trusted Notary signature of the encrypted image; empty with `trust: 'none'` and with `cosignTrust`. */
  readonly signers: readonly SignatureContents[];
  /** Keys behind its trusted cosign signatures; empty with any other trust. */
  readonly cosignSigners: readonly CosignSigner[];
}

const names = [...routeNames, ...openNames, 'maxUnpackedBytes'];

/**
 * Decrypts an image that is trusted. In this order: the signature of the encrypted manifest is checked, every platform is found to be encrypted, all keys
 * are unwrapped, and only then layers are moved. Each must be what was encrypted, and unpack to what the config says.
 *
 * While people decide on the use of a key it throws `ERR_APPROVAL_PENDING`; the same call later goes on with the same request, if the key has a
 * `store`. One approval opens one image, whatever number of layers and platforms it has, where `providerRecipient` or our provider encrypted it.
 *
 * @example
 * ```ts
 * import { backendPrivateKey, createFolderStore, decryptImage, type KeyBackend, providerOpener, type Trust } from '@securosys/sign';
 * declare const backend: KeyBackend;
 * declare const trust: Trust;
 * const key = backendPrivateKey(backend, { label: 'images-2026' }, { store: createFolderStore('./pending') });
 * const { reference } = await decryptImage('registry.example/app:1.4-encrypted', {
 *   to: 'oci:./app:1.4',
 *   trust,
 *   openers: [providerOpener({ name: 'securosys', keys: [{ kid: 'images-2026', key }] })],
 * });
 * console.log(reference); // oci:./app@sha256:…
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_NOT_TRUSTED` with the report in `details.report`; `ERR_POLICY_UNSAFE` for a layer that is not
 * encrypted; `ERR_APPROVAL_PENDING`; `ERR_KEY_NOT_FOUND` when no packet is for these openers, and what they throw; `ERR_DIGEST_MISMATCH`; `ERR_MALFORMED`,
 * `ERR_ALGORITHM_UNSUPPORTED`, `ERR_LIMIT`; those of both registries
 */
export async function decryptImage(reference: string, options: DecryptImageOptions): Promise<DecryptedImage> {
  knownOptions('decryptImage', options, names);
  const { maxUnpackedBytes } = options;
  const route = openRoute(reference, options);
  const opening = prepareOpening('decryptImage', route, options);
  const room = await loadOcicrypt();
  const report = await room.decryptImage(route.source, route.target, {
    ...route.options,
    ...opening.options,
    ...(maxUnpackedBytes !== undefined && { maxUnpackedBytes }),
  });
  return { ...route.result(report), ...opening.signers() };
}
