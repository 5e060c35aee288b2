import type { JsonObject } from '@securosys/core';
import { sanitizeText } from '@securosys/core';
import { signPredicateType } from '../constants.js';
import { refuse } from './reasons.js';
import type { TrustRules } from './trust.js';
import type { TrustedKey } from './trusted-key.js';

/** Which statements count: image signatures, or attestations of some types. */
export type WantedStatements =
  | { readonly kind: 'signature' }
  | { readonly kind: 'attestation'; readonly types: ReadonlySet<string> };

/** The texts among annotations; values of other kinds match nothing (`cosign.md` §3.5). */
export function textsOf(annotations: Readonly<JsonObject> | undefined): Readonly<Record<string, string>> {
  const texts: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(annotations ?? {})) if (typeof value === 'string') texts[name] = value;
  return texts;
}

/** Whether all demanded annotations are there. */
export function hasAnnotations(found: Readonly<Record<string, string>>, { annotations }: TrustRules): boolean {
  return Object.entries(annotations).every(([name, text]) => Object.hasOwn(found, name) && found[name] === text);
}

/** @throws SignError a refusal */
export function refuseAnnotations(): never {
  return refuse('annotations', 'an annotation that is demanded is missing or different');
}

/**
 * What a statement claims has to be what is asked for (§10.6): an attestation is no image signature, nor the other way round.
 * @throws SignError a refusal
 */
export function checkPredicateType(type: string, wanted: WantedStatements, { compatibility }: TrustRules): void {
  if (compatibility.acceptAnyPredicate) return;
  const fits = wanted.kind === 'signature' ? type === signPredicateType : wanted.types.has(type);
  if (!fits) refuse('predicate-type', `its predicate type ${sanitizeText(type, 120)} is not one that is asked for`);
}

/** @throws SignError a refusal, when the key may not sign such statements */
export function checkAllowed({ predicateTypes }: TrustedKey, type: string): void {
  if (predicateTypes && !predicateTypes.has(type))
    refuse('key-not-allowed', `the key is not trusted for ${sanitizeText(type, 120)}`);
}
