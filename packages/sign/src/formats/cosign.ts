import { canonicalJson, type Descriptor, type FormatKey, type Prepared } from '@securosys/core';
import { type CosignSignature, cosignImage, dockerReferenceOf } from '@securosys/cosign';
import type { RequestIdentity } from '../requests/request-identity.js';
import { findCosignSignature } from './cosign-find.js';
import {
  cosignAdvice,
  cosignIdentity,
  cosignMembers,
  keyOf,
  manifestOf,
  rememberedManifest,
  repositoryOf,
  signingOptions,
} from './cosign-options.js';
import { publishCosign } from './cosign-publish.js';
import { cosignOptions } from './format-options.js';
import type { ImageFormat } from './image-format.js';
import { isText, isTexts, optional } from './members.js';

/** Everything that is signed follows from the identity: there is no time in it, and nothing by chance. */
function prepare(subject: Descriptor, key: FormatKey, identity: RequestIdentity): Prepared<CosignSignature> {
  const { annotations, shapes, dockerReference = repositoryOf(identity) } = identity;
  const named = shapes?.includes('legacy') && dockerReference !== undefined;
  return cosignImage.prepare(subject, key, {
    ...signingOptions(identity),
    ...(annotations && { annotations }),
    ...(named && { dockerReference: dockerReferenceOf(dockerReference) }),
  });
}

/** cosign signatures of images, in one shape or both. */
export const cosignFormat: ImageFormat<CosignSignature> = {
  format: cosignImage,
  options: cosignOptions,
  certified: false,
  members: { ...cosignMembers, annotations: optional(isTexts), dockerReference: optional(isText) },
  identity: ({ annotations, dockerReference, ...options }) => ({
    ...cosignIdentity(options),
    ...(annotations && { annotations: { ...annotations } }),
    ...(dockerReference !== undefined && { dockerReference }),
  }),
  remembered: rememberedManifest,
  prepare,
  again: (_, subject, key, identity) => prepare(subject, key, identity),
  about(prepared, identity) {
    const subject = manifestOf(identity);
    if (!subject) return undefined;
    const expected = prepare(subject, keyOf(identity), identity);
    return canonicalJson(prepared.toJSON()) === canonicalJson(expected.toJSON()) ? subject : undefined;
  },
  publish: publishCosign,
  find: findCosignSignature,
  advice: cosignAdvice,
};
