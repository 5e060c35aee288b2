import { SignError, sanitizeText } from '@securosys/core';
import type { RegistryLookups, RegistryQuestion } from '../registry-lookups.js';
import type { World } from '../requirement.js';
import type { SigningSubject } from '../subject.js';

/** What to ask, or one sentence that says what is missing. */
export function imageQuestion(
  { repository, digest }: SigningSubject,
  { registry, clock, call }: World,
): { readonly registry: RegistryLookups; readonly question: RegistryQuestion } | string {
  if (!registry) return 'no registry can be asked here';
  if (repository === undefined) return 'it is not known in which repository the image is';
  if (digest === undefined) return 'the bytes name no single image';
  return { registry, question: { reference: `${repository}@${digest}`, clock, call } };
}

/** Why a question got no answer; when the caller gave up, nobody is told that a rule refused. */
export function whyUnknown(error: unknown, { call }: World): string {
  if (call.signal?.aborted) throw error;
  if (!SignError.is(error)) throw error;
  return `the registry could not be asked: ${sanitizeText(error.message, 300)}`;
}
