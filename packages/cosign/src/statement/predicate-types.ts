import { signPredicateType } from '../constants.js';

/** Short names that cosign's `--type` takes, by predicate type (`cosign.md` §5.1). */
export const predicateTypes = {
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
} as const;

/** A short name of {@link predicateTypes}. */
export type PredicateName = keyof typeof predicateTypes;

/** Whether a predicate type is a URI that statements may have: absolute, printable, at most 1,024 characters. */
export function isPredicateUri(text: unknown): text is string {
  return typeof text === 'string' && text.length <= 1_024 && /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/.test(text);
}

/** The predicate type of a short name, or of a URI the URI itself; `undefined` for any other text. */
export function predicateTypeOf(nameOrUri: string): string | undefined {
  if (Object.hasOwn(predicateTypes, nameOrUri)) return predicateTypes[nameOrUri as PredicateName];
  return isPredicateUri(nameOrUri) ? nameOrUri : undefined;
}

/** Whether a statement of this type says that an image is signed, which no attestation may. */
export function isSignPredicate(predicateType: string): boolean {
  return predicateType === signPredicateType;
}
