import { invalidArgument } from '@securosys/core';

/** Deepest nesting of a record, within what every reader takes. */
const maxDepth = 16;
/** What a string may hold and stand in JSON as it is. */
const plain = /^[ !#-[\]-\u{10ffff}]*$/u;

/** Fails for what our own reader would refuse: a log must never be broken by what was put into it. */
function numberText(value: number): string {
  const sound = Number.isFinite(value) && !Object.is(value, -0) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  return sound
    ? String(value)
    : invalidArgument('a number of a record is not finite, is −0, or is an integer outside ±(2^53 − 1)');
}

const stringText = (value: string): string =>
  // Half of a pair has no UTF-8 form, and strict readers refuse its escape.
  value.isWellFormed() ? (plain.test(value) ? `"${value}"` : JSON.stringify(value)) : JSON.stringify(value.toWellFormed());

/**
 * The inside of a JSON object: members in code-unit order without white space, as `canonicalJson` writes them; `undefined` ones left out,
 * and the one that is named `without`.
 * @throws SignError `ERR_INVALID_ARGUMENT` for what strict JSON does not have
 */
export function membersText(members: Readonly<Record<string, unknown>>, without?: string, depth = 0): string {
  let text = '';
  for (const name of Object.keys(members).sort()) {
    const value = members[name];
    // Two such names could become one, which no strict reader takes.
    if (!name.isWellFormed()) invalidArgument('the name of a member holds half of a surrogate pair');
    if (value !== undefined && name !== without)
      text += `${text === '' ? '' : ','}${stringText(name)}:${valueText(value, depth)}`;
  }
  return text;
}

function valueText(value: unknown, depth: number): string {
  if (typeof value === 'string') return stringText(value);
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'boolean' || value === null) return String(value);
  if (depth > maxDepth) invalidArgument(`a record nests deeper than ${maxDepth}`);
  if (typeof value !== 'object') return invalidArgument(`a record cannot hold a ${typeof value}`);
  if (Array.isArray(value)) return `[${value.map((one) => valueText(one, depth + 1)).join(',')}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) invalidArgument('a record holds plain objects only');
  return `{${membersText(value as Record<string, unknown>, undefined, depth + 1)}}`;
}
