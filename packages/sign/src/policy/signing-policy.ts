import { invalidArgument, sanitizeText } from '@securosys/core';
import type { DocumentNode } from './document-node.js';
import { nearest } from './nearest.js';
import { type Place, placeOf } from './place.js';
import { plainDocument } from './plain-document.js';
import type { SigningPolicyDocument } from './policy-document.js';
import { type PolicyPurpose, policyPurposes, useNoun, usualPurpose } from './purposes.js';
import { type BoundRequirement, bind } from './requirement.js';
import { requirements } from './requirements.js';

/** A policy that was checked, made by {@link signingPolicy} and `parseSigningPolicy` and by nothing else. */
export interface SigningPolicy {
  readonly kind: 'signing-policy';
  /** Names of the rules, in their order. */
  readonly rules: readonly string[];
}

/** What is behind a rule. */
export interface BoundRule {
  readonly name: string;
  readonly purposes: readonly PolicyPurpose[];
  readonly when: readonly BoundRequirement[];
  readonly require: readonly BoundRequirement[];
}

const made = new WeakMap<SigningPolicy, readonly BoundRule[]>();
const conditions = [...requirements.values()].filter(({ condition }) => condition === true).map(({ name }) => name);
const mostRules = 100;

/**
 * Checks a policy that is an object already. Names that nobody knows are refused, wherever they stand.
 *
 * @example
 * ```ts
 * import { policyGuard, signingPolicy } from '@securosys/sign/policy';
 * const policy = signingPolicy({
 *   version: 1,
 *   rules: [
 *     {
 *       name: 'production',
 *       when: { repositories: ['registry.example/prod/**'] },
 *       require: { formats: ['notation-jws'], maxValidity: '90d' },
 *     },
 *   ],
 * });
 * const guards = [policyGuard(policy)]; // for createSigner(backend, key, { guards })
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT` with the place in `details.path`; `ERR_LIMIT`
 */
export function signingPolicy(document: SigningPolicyDocument): SigningPolicy {
  return policyOf(plainDocument(document), undefined);
}

/** Reads a document. @param file name that errors say before the line */
export function policyOf(document: DocumentNode, file: string | undefined): SigningPolicy {
  const place = placeOf(document, '', file);
  const found = place.members(['version', 'rules']);
  const version = found.get('version') ?? place.wrong('has no version: write version: 1');
  if (version.content !== 1) version.wrong('is none that is known here: it is 1');
  const rules = (found.get('rules') ?? place.wrong('has no rules')).items(mostRules).map(ruleOf);
  const names = rules.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) found.get('rules')?.wrong(`two rules are called '${twice}'`);
  const policy: SigningPolicy = Object.freeze({ kind: 'signing-policy', rules: Object.freeze(names) });
  made.set(policy, rules);
  return policy;
}

function ruleOf(place: Place): BoundRule {
  const found = place.members(['name', 'purposes', 'when', 'require']);
  const name = (found.get('name') ?? place.wrong('needs a name, by which refusals call it')).text(100);
  const demanded = found.get('require') ?? place.wrong('needs require: write {} if it demands nothing');
  const when = found.get('when');
  const about = purposesOf(found.get('purposes'));
  return {
    name,
    purposes: about,
    when: when ? conditionsOf(when, about) : [],
    require: bound(demanded, [...requirements.keys()], about),
  };
}

/** A policy from before there were others is about signatures, and allows nothing else. */
function purposesOf(place: Place | undefined): readonly PolicyPurpose[] {
  if (!place) return [usualPurpose];
  const found = place.items(policyPurposes.length).map((item) => {
    const text = item.text();
    const meant = nearest(text, policyPurposes);
    const hint = meant === undefined ? `known are ${policyPurposes.join(', ')}` : `did you mean '${meant}'?`;
    return policyPurposes.find((purpose) => purpose === text) ?? item.wrong(`is no purpose; ${hint}`);
  });
  if (new Set(found).size < found.length) place.wrong('names something twice');
  return found.length > 0 ? found : place.wrong('is empty: the rule would be about nothing');
}

/** A condition that never holds would take a rule away without a word. */
function conditionsOf(when: Place, about: readonly PolicyPurpose[]): readonly BoundRequirement[] {
  for (const [, place] of when.members(conditions))
    if (Array.isArray(place.content) && place.content.length === 0) place.wrong('is empty: the rule would be about nothing');
  const found = bound(when, conditions, about);
  return found.length > 0 ? found : when.wrong('says nothing: leave it out for a rule about every signature');
}

/** What no use of that kind can satisfy would refuse for ever, and is a mistake. */
function bound(place: Place, known: readonly string[], about: readonly PolicyPurpose[]): readonly BoundRequirement[] {
  const found = place.members(known);
  return [...requirements.values()].flatMap((requirement) => {
    const below = found.get(requirement.name);
    const { about: fitting = [usualPurpose] } = requirement;
    const strange = about.find((purpose) => !fitting.includes(purpose));
    if (below && strange !== undefined)
      below.wrong(`cannot be known of a ${useNoun(strange)}, which the rule is about by its purposes`);
    return below ? [bind(requirement, below)] : [];
  });
}

/** @throws SignError `ERR_INVALID_ARGUMENT` for a policy that was not made here */
export function rulesOf(policy: SigningPolicy): readonly BoundRule[] {
  return (
    made.get(policy) ??
    invalidArgument(`a policy is made by signingPolicy or parseSigningPolicy, not ${sanitizeText(typeof policy, 20)}`)
  );
}
