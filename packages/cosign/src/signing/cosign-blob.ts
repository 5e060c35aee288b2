import {
  base64Text,
  type FinishOptions,
  type Format,
  type FormatKey,
  type HashName,
  hashBytes,
  invalidArgument,
  type JsonObject,
  knownOptions,
  ownBytes,
  type Prepared,
  type SignatureAlgorithm,
  type SigningFacts,
  sha256Hex,
} from '@securosys/core';
import { bytesField, malformed } from '../fields.js';
import { cosignAlgorithm, messageHash } from '../keys/cosign-algorithm.js';
import { keyHint } from '../keys/public-key.js';
import { checkFinish, timestampOf } from './add-timestamps.js';
import { preparedSignature } from './prepared-signature.js';
import { isMediaType, restoredHead } from './restored-json.js';
import type { CosignBlobSignature } from './signature.js';
import { type SigningKey, signingKey } from './signing-key.js';

const format = 'cosign-blob';

/** How a blob is signed. */
export interface CosignBlobOptions {
  /** Hash of the message: must be named for P-384 and P-521, see `cosignAlgorithm`. */
  digestAlgorithm?: HashName;
  /** Of the subject in the result; nobody signs it. Default `application/octet-stream`. */
  mediaType?: string;
}

function prepared(
  key: SigningKey,
  algorithm: SignatureAlgorithm,
  blob: Uint8Array,
  mediaType: string,
): Prepared<CosignBlobSignature> {
  const subject = { mediaType, digest: `sha256:${sha256Hex(blob)}`, size: blob.byteLength };
  const facts: SigningFacts = {
    format,
    title: `cosign signature of a blob, ${subject.digest} (${subject.size} bytes)`,
    subject,
  };
  const hash = messageHash(algorithm);
  return preparedSignature({
    format,
    key,
    algorithm,
    // The message is the blob itself, so that it has no domain: a signer needs `allowOpaque`, and refuses a blob that is another format's (S9).
    parts: [{ id: 'blob', message: blob, facts }],
    json: { mediaType, blob: base64Text(blob) },
    build: (signatures) => ({
      kind: 'blob',
      subject,
      signature: signatures.get('blob') as Uint8Array,
      messageDigest: { algorithm: hash, digest: hashBytes(hash, blob) },
      keyHint: keyHint(key.spki),
    }),
  });
}

function prepare(blob: Uint8Array, { spki }: FormatKey, options: CosignBlobOptions): Prepared<CosignBlobSignature> {
  knownOptions(format, options, ['digestAlgorithm', 'mediaType']);
  if (!(blob instanceof Uint8Array)) invalidArgument('the blob is not a Uint8Array');
  const { digestAlgorithm, mediaType = 'application/octet-stream' } = options;
  if (!isMediaType(mediaType)) invalidArgument('mediaType is not a media type without parameters');
  const key = signingKey(spki);
  return prepared(key, cosignAlgorithm(key.spec, digestAlgorithm), ownBytes(blob), mediaType);
}

function restore(json: JsonObject): Prepared<CosignBlobSignature> {
  const { members, key, algorithm } = restoredHead(json, format, ['mediaType', 'blob']);
  const { mediaType } = members;
  if (!isMediaType(mediaType)) return malformed('prepared signature', 'it has no media type');
  return prepared(key, algorithm, bytesField(members.blob, 'blob'), mediaType);
}

async function finish(signature: CosignBlobSignature, options: FinishOptions): Promise<CosignBlobSignature> {
  checkFinish(options);
  const timestamp = await timestampOf(signature.signature, signature.timestamp, options);
  return { ...signature, ...(timestamp && { timestamp }) };
}

/**
 * cosign signatures of blobs (`cosign.md` §8), one part `blob`: the message is the blob itself. `writeBundle` makes the file for
 * `--bundle` of the result, `detachedSignature` the one for `--signature`.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_MALFORMED`
 */
export const cosignBlob: Format<CosignBlobSignature, CosignBlobOptions, Uint8Array> = {
  id: format,
  prepare: (blob, key, options = {}) => prepare(blob, key, options),
  restore,
  // Any bytes can be a blob, so these explain none: whoever signs one is shown its digest and size, as this format's claim.
  explain: () => undefined,
  finish,
};
