import { invalidArgument, sanitizeText } from '@securosys/core';

function refuse(name: string, why: string): never {
  return invalidArgument(`predicate: '${sanitizeText(name, 60)}' ${why}`);
}

/** Refuses what `JSON.stringify` would leave out of a list, or write as something else. */
function checkMember(name: string, value: unknown): unknown {
  if (typeof value === 'number' && (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))))
    refuse(name, 'is a number that is not finite, or beyond ±(2^53 − 1)');
  if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol') refuse(name, 'is not JSON');
  if (typeof value === 'string' && !value.isWellFormed()) refuse(name, 'holds a lone surrogate');
  if (Array.isArray(value) && value.includes(undefined)) refuse(name, 'is a list with a gap');
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) refuse(name, 'is an object of a class');
    for (const member of Object.keys(value)) if (!member.isWellFormed()) refuse(name, 'has a name with a lone surrogate');
  }
  return value;
}

/**
 * A statement as compact JSON. Members that are `undefined` are left out; a value that has no JSON form of its own is refused.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function statementJson(statement: object): string {
  try {
    return JSON.stringify(statement, checkMember);
  } catch (error) {
    // The engine's own: a circle, or a depth that it cannot follow.
    if (error instanceof TypeError || error instanceof RangeError) invalidArgument('the predicate is not JSON', error);
    throw error;
  }
}
