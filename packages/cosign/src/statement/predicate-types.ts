import { signPredicateType } from '../constants.js';
import type { Predicates } from './predicates.js';

/** A short name of a predicate type, as cosign's `--type` takes it. */
export type PredicateName = keyof Predicates;

/** A URI: anything with a scheme. */
export type PredicateUri = `${string}:${string}`;

/** Predicate types by the short names that cosign's `--type` takes (`cosign.md` §5.1). */
export const predicateTypes: Readonly<Record<PredicateName, PredicateUri>> = {
  custom: 'https://cosign.sigstore.dev/attestation/v1',
  slsaprovenance: 'https://slsa.dev/provenance/v0.2',
  slsaprovenance02: 'https://slsa.dev/provenance/v0.2',
  slsaprovenance1: 'https://slsa.dev/provenance/v1',
  spdx: 'https://spdx.dev/Document',
  spdxjson: 'https://spdx.dev/Document',
  cyclonedx: 'https://cyclonedx.org/bom',
  link: 'https://in-toto.io/Link/v1',
  vuln: 'https://cosign.sigstore.dev/attestation/vuln/v1',
  openvex: 'https://openvex.dev/ns',
};

/** Whether a text is one of the short names. */
export function isPredicateName(text: string): text is PredicateName {
  return Object.hasOwn(predicateTypes, text);
}

/** Whether a predicate type is a URI that statements may have: absolute, printable, at most 1,024 characters. */
export function isPredicateUri(text: unknown): text is PredicateUri {
  return typeof text === 'string' && text.length <= 1_024 && /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/.test(text);
}

/** The predicate type of a short name, or of a URI the URI itself; `undefined` for any other text. */
export function predicateTypeOf(nameOrUri: string): PredicateUri | undefined {
  if (isPredicateName(nameOrUri)) return predicateTypes[nameOrUri];
  return isPredicateUri(nameOrUri) ? nameOrUri : undefined;
}

/** Whether a statement of this type says that an image is signed, which no attestation may. */
export function isSignPredicate(predicateType: string): boolean {
  return predicateType === signPredicateType;
}
