import { canonicalJson, type FormatKey, type Prepared } from '@securosys/core';
import { type CosignBlobSignature, cosignBlob } from '@securosys/cosign';
import type { RequestIdentity } from '../requests/request-identity.js';
import { keyOf } from './cosign-options.js';
import type { RequestFormat } from './image-format.js';
import { optional } from './members.js';

/** The signature of these bytes that an identity stands for. */
export function prepareCosignBlob(blob: Uint8Array, key: FormatKey, identity: RequestIdentity): Prepared<CosignBlobSignature> {
  const { digestAlgorithm } = identity;
  return cosignBlob.prepare(blob, key, {
    ...(identity.blob && { mediaType: identity.blob.mediaType }),
    ...(digestAlgorithm !== undefined && { digestAlgorithm }),
  });
}

/** cosign signatures of blobs, which `signBlob` makes. */
export const cosignBlobFormat: RequestFormat<CosignBlobSignature> = {
  format: cosignBlob,
  certified: false,
  members: {
    digestAlgorithm: optional((value) => value === 'sha256' || value === 'sha384' || value === 'sha512'),
  },
  again({ parts }, _, key, identity) {
    const message = parts[0]?.input.message ?? new Uint8Array();
    return prepareCosignBlob(message, key, identity);
  },
  about(prepared, identity) {
    const [part] = prepared.parts;
    const subject = part?.facts.subject;
    if (!part || !subject || identity.reference !== `blob@${subject.digest}` || identity.blob?.size !== subject.size)
      return undefined;
    const expected = prepareCosignBlob(part.input.message, keyOf(identity), identity);
    return canonicalJson(prepared.toJSON()) === canonicalJson(expected.toJSON()) ? subject : undefined;
  },
};
