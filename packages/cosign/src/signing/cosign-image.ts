import {
  type Descriptor,
  type FinishOptions,
  type Format,
  type FormatKey,
  invalidArgument,
  type JsonObject,
  knownOptions,
  type Prepared,
} from '@securosys/core';
import { cosignAlgorithm } from '../keys/cosign-algorithm.js';
import { writePayload } from '../payload/simple-signing.js';
import { writeImageStatement } from '../statement/write-statement.js';
import { checkFinish, timestampOf } from './add-timestamps.js';
import { restoredDocuments } from './image-documents.js';
import { explainImage, imageFormat, preparedImage } from './prepared-image.js';
import { restoredHead, restoredSubject } from './restored-json.js';
import { type CosignSigningOptions, checkedShapes, checkedSubject } from './shapes.js';
import type { CosignSignature } from './signature.js';
import { signingKey } from './signing-key.js';

/** What is signed besides the digest of the image. */
export interface CosignPrepareOptions extends CosignSigningOptions {
  /** Registry and repository of the image, see `dockerReferenceOf`: the legacy payload names them. Needed unless `shapes` is `['bundle']`. */
  dockerReference?: string;
  /** Signed with the image, in both shapes: what `cosign verify -a name=value` compares. */
  annotations?: Readonly<Record<string, string>>;
}

const optionNames = ['shapes', 'digestAlgorithm', 'dockerReference', 'annotations'];

function prepare(image: Descriptor, { spki }: FormatKey, options: CosignPrepareOptions): Prepared<CosignSignature> {
  knownOptions(imageFormat, options, optionNames);
  const subject = checkedSubject(image);
  const key = signingKey(spki);
  const algorithm = cosignAlgorithm(key.spec, options.digestAlgorithm);
  const shapes = checkedShapes(options.shapes);
  const { dockerReference, annotations = {} } = options;
  const { digest } = subject;
  const payload = () =>
    dockerReference === undefined
      ? invalidArgument("dockerReference is needed for the shape 'legacy': its payload names the repository")
      : writePayload({ dockerReference, digest, annotations });
  return preparedImage(key, algorithm, subject, {
    ...(shapes.includes('legacy') && { payload: payload() }),
    ...(shapes.includes('bundle') && { statement: writeImageStatement(digest, annotations) }),
  });
}

function restore(json: JsonObject): Prepared<CosignSignature> {
  const { members, key, algorithm } = restoredHead(json, imageFormat, ['subject', 'legacy', 'bundle']);
  const subject = restoredSubject(members.subject);
  return preparedImage(key, algorithm, subject, restoredDocuments(members, subject.digest));
}

async function finish(signature: CosignSignature, options: FinishOptions): Promise<CosignSignature> {
  checkFinish(options);
  const { legacy, bundle } = signature;
  const forLegacy = legacy && (await timestampOf(legacy.signature, legacy.timestamp, options));
  const forBundle = bundle && (await timestampOf(bundle.signature, bundle.timestamp, options));
  return {
    ...signature,
    ...(legacy && { legacy: { ...legacy, ...(forLegacy && { timestamp: forLegacy }) } }),
    ...(bundle && { bundle: { ...bundle, ...(forBundle && { timestamp: forBundle }) } }),
  };
}

/**
 * cosign signatures of images (`cosign.md` §3, §6.5). Parts `legacy` (a simple-signing payload) and `bundle` (the pre-authentication
 * encoding of a statement), signed by one key. Only the digest of the subject is signed, and it has to be SHA-256.
 *
 * @example
 * ```ts
 * import { cosignImage } from '@securosys/cosign';
 * import type { Descriptor, FormatKey } from '@securosys/core';
 * declare const image: Descriptor;
 * declare const key: FormatKey;
 * const prepared = cosignImage.prepare(image, key, { dockerReference: 'registry.example/team/app', annotations: { build: '42' } });
 * for (const { id, facts } of prepared.parts) console.log(id, facts.title);
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_MALFORMED`
 */
export const cosignImage: Format<CosignSignature, CosignPrepareOptions> = {
  id: imageFormat,
  prepare: (subject, key, options = {}) => prepare(subject, key, options),
  restore,
  explain: explainImage,
  finish,
};
