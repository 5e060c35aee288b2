import { invalidArgument, type JsonObject, sanitizeText } from '@securosys/core';
import { brokenMember, predicateRules } from './predicate-rules.js';
import { isPredicateName, isPredicateUri, type PredicateName, type PredicateUri, predicateTypes } from './predicate-types.js';
import type { Predicates } from './predicates.js';
import type { InTotoStatement } from './statement.js';

/** A predicate together with what it is: a short name, with the type that belongs to it, or a URI and any object. */
export type PredicateInput =
  | { readonly [Name in PredicateName]: { readonly type: Name; readonly predicate: Predicates[Name] } }[PredicateName]
  | { readonly type: PredicateUri; readonly predicate: Readonly<JsonObject> };

/** A predicate that was read: by the short name of its type when it has what that type cannot do without, else as it is. */
export type TypedPredicate =
  | {
      readonly [Name in Exclude<PredicateName, 'slsaprovenance' | 'spdx'>]: {
        readonly type: Name;
        readonly predicate: Predicates[Name];
      };
    }[Exclude<PredicateName, 'slsaprovenance' | 'spdx'>]
  | { readonly type: 'other'; readonly predicate: Readonly<JsonObject> };

/**
 * Holds a predicate from elsewhere, a file for example, to its type. With a short name it must have what the type cannot do without, for
 * which cosign itself does not look; with a URI any object will do.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function checkedPredicate(type: string, predicate: object): PredicateInput {
  if (typeof type !== 'string' || (!isPredicateName(type) && !isPredicateUri(type)))
    invalidArgument('type is neither a short name of a predicate type nor a URI');
  const broken = brokenMember(predicate, isPredicateName(type) ? predicateRules[type] : {});
  if (broken === '') invalidArgument('the predicate is not an object');
  if (broken !== undefined)
    invalidArgument(`the predicate is none of type ${sanitizeText(type, 60)}: '${broken}' is missing or is something else`);
  return { type, predicate } as PredicateInput;
}

/** Later names win over older ones for one type. */
const names = (Object.keys(predicateTypes) as PredicateName[]).filter((name) => name !== 'slsaprovenance' && name !== 'spdx');

/** What the predicate of a statement is, told by its type and its members. Who signed it is another question. */
export function typedPredicate({ predicateType, predicate }: InTotoStatement): TypedPredicate {
  const type = names.find((name) => predicateTypes[name] === predicateType);
  const fits = type !== undefined && brokenMember(predicate, predicateRules[type]) === undefined;
  return (fits ? { type, predicate } : { type: 'other', predicate }) as TypedPredicate;
}
