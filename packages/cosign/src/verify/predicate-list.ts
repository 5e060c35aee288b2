import { invalidArgument } from '@securosys/core';
import { predicateTypeOf } from '../statement/predicate-types.js';

/**
 * A list of predicate types, in which short names stand for their URIs. An empty one allows nothing.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function checkedPredicateTypes(list: readonly string[] | undefined, where: string): ReadonlySet<string> | undefined {
  if (list === undefined) return undefined;
  if (!Array.isArray(list)) return invalidArgument(`${where}: predicateTypes is a list`);
  const types = list.map((name: unknown) => (typeof name === 'string' ? predicateTypeOf(name) : undefined));
  return new Set(types.map((type) => type ?? invalidArgument(`${where}: a predicate type is neither a URI nor a short name`)));
}
