import { type Descriptor, publicKeyFromSpki, SignError } from '@securosys/core';
import type { Repository } from '@securosys/oci';
import { verifyStoredSignature } from '../keys/signature-bytes.js';
import { dockerReferenceOf } from '../payload/docker-reference.js';
import { readPayload, writePayload } from '../payload/simple-signing.js';
import { readDetachedSignature } from '../signing/detached-signature.js';
import { timestampToken } from '../signing/timestamp-response.js';
import { appendLayer } from './append-layer.js';
import { type AttachCosignOptions, attachSettings } from './attach.js';
import { sameLayer } from './same-layer.js';
import { signatureLayer } from './signature-layer.js';

/**
 * The file that is signed elsewhere, byte for byte what `cosign generate` writes for `repository@digest` (`cosign.md` §4).
 * @param repository its name is what the payload says about where the image is; nothing is asked of it
 * @throws SignError `ERR_INVALID_ARGUMENT`
 *
 * @example
 * ```ts
 * import { readFile, writeFile } from 'node:fs/promises';
 * import { attachCosignSignature, generatePayload } from '@securosys/cosign';
 * import { createOci } from '@securosys/oci';
 * const repository = createOci().open('registry.example/app:1.4');
 * const { descriptor } = await repository.resolve();
 * const payload = generatePayload(repository, descriptor);
 * await writeFile('payload.json', payload);
 * // … days later, when somebody signed it:
 * const signature = await readFile('payload.json.base64.sig');
 * await attachCosignSignature(repository, { payload, signature }, descriptor);
 * ```
 */
export function generatePayload(
  repository: Pick<Repository, 'name'>,
  { digest }: Pick<Descriptor, 'digest'>,
  annotations?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const dockerReference = dockerReferenceOf(repository.name);
  return writePayload({ dockerReference, digest, ...(annotations && { annotations }) });
}

/** Files of the detached flow (`cosign.md` §4). */
export interface DetachedSignatureFiles {
  /** What `cosign generate` or `writePayload` wrote, byte for byte. */
  readonly payload: Uint8Array;
  /** Base64 of the signature, as `cosign attach signature --signature` takes it. */
  readonly signature: Uint8Array;
  /** RFC 3161 TimeStampResp over the signature, DER, as `--tsr` takes it. */
  readonly timestamp?: Uint8Array;
}

/**
 * Attaches a signature that was made elsewhere, as `cosign attach signature` does, which cosign announces to drop (`cosign.md` §4). Unlike
 * there the payload has to be about this image, and with `by` the signature is verified and stored once only.
 * @param subject the manifest that the payload is about
 * @returns descriptor of the manifest behind the `.sig` tag
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT` for files that are not what they should be; `ERR_DIGEST_MISMATCH` when the payload is about
 * another image; `ERR_SIGNATURE_MISMATCH` when `by` did not make the signature; those of `attachCosign`
 */
export async function attachCosignSignature(
  repository: Repository,
  files: DetachedSignatureFiles,
  subject: Pick<Descriptor, 'digest'>,
  options: AttachCosignOptions = {},
): Promise<Descriptor> {
  const { by, signatureRepository: target = repository, call } = attachSettings('attachCosignSignature', options);
  const { payload, timestamp } = files;
  if (readPayload(payload).digest !== subject.digest)
    throw new SignError('ERR_DIGEST_MISMATCH', 'the payload is about another image');
  const signature = readDetachedSignature(files.signature);
  if (by && !verifyStoredSignature(publicKeyFromSpki(by.spki), by.algorithm, payload, signature))
    throw new SignError('ERR_SIGNATURE_MISMATCH', 'the key did not make this signature over this payload');
  // A bare token is easily taken for a response, and cosign would refuse the signature because of it (§13).
  if (timestamp) timestampToken(timestamp);
  const layer = signatureLayer({ payload, signature, ...(timestamp && { timestamp }) });
  return appendLayer(target, subject, layer, sameLayer(target, layer, by, call), call);
}
