import {
  canonicalJson,
  type Descriptor,
  type FormatKey,
  type JsonObject,
  type Prepared,
  sha256Hex,
  utf8Bytes,
} from '@securosys/core';
import {
  type CosignAttestation,
  checkedPredicate,
  cosignAttestation,
  dockerReferenceOf,
  readPreAuthEncoding,
  readStatement,
} from '@securosys/cosign';
import type { RequestIdentity } from '../requests/request-identity.js';
import { findCosignAttestation } from './cosign-find.js';
import {
  cosignAdvice,
  cosignMembers,
  keyOf,
  manifestOf,
  rememberedManifest,
  repositoryOf,
  signingOptions,
} from './cosign-options.js';
import { publishCosign } from './cosign-publish.js';
import type { ManifestFormat } from './image-format.js';
import { isText } from './members.js';

/** What the id of a request holds of the predicate. */
export function predicateHash(predicate: object): string {
  return sha256Hex(utf8Bytes(canonicalJson(predicate)));
}

/** The attestation that an identity stands for, of the predicate whose hash it holds. */
export function prepareAttestation(
  subject: Descriptor,
  key: FormatKey,
  identity: RequestIdentity,
  predicate: object,
): Prepared<CosignAttestation> {
  const repository = repositoryOf(identity);
  return cosignAttestation.prepare(subject, key, {
    ...signingOptions(identity),
    ...checkedPredicate(identity.predicateType ?? '', predicate),
    ...(repository !== undefined && { subjectName: dockerReferenceOf(repository) }),
  });
}

/** The predicate in the bytes to be signed. @throws SignError `ERR_MALFORMED`, `ERR_LIMIT` */
function predicateOf({ parts }: Prepared<unknown>): Readonly<JsonObject> | undefined {
  const [part] = parts;
  return part && readStatement(readPreAuthEncoding(part.input.message).payload).predicate;
}

/** Attestations about images, which `attest` makes. */
export const cosignAttestationFormat: ManifestFormat<CosignAttestation> = {
  format: cosignAttestation,
  certified: false,
  remembered: rememberedManifest,
  members: { ...cosignMembers, predicateType: isText, predicateSha256: isText },
  again(prepared, subject, key, identity) {
    return prepareAttestation(subject, key, identity, predicateOf(prepared) ?? {});
  },
  about(prepared, identity) {
    const subject = manifestOf(identity);
    const predicate = predicateOf(prepared);
    if (!subject || !predicate || predicateHash(predicate) !== identity.predicateSha256) return undefined;
    const expected = prepareAttestation(subject, keyOf(identity), identity, predicate);
    return canonicalJson(prepared.toJSON()) === canonicalJson(expected.toJSON()) ? subject : undefined;
  },
  publish: publishCosign,
  find: findCosignAttestation,
  advice: cosignAdvice,
};
