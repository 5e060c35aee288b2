import { base64Bytes, isJsonObject, type JsonObject, type JsonValue, SignError, sanitizeText } from '@securosys/core';

/** Throws `ERR_MALFORMED`: `what` is broken, and `why`. */
export function malformed(what: string, why: string): never {
  throw new SignError('ERR_MALFORMED', `${what} is malformed: ${why}`);
}

/**
 * An object that has no members but these. Readers of others differ about names that they do not know (Go folds case, or refuses them): a
 * document with two readings must have none.
 */
export function objectField(value: JsonValue | undefined, what: string, members: readonly string[]): JsonObject {
  if (!isJsonObject(value)) return malformed(what, 'it is not an object');
  for (const name of Object.keys(value))
    if (!members.includes(name)) malformed(what, `'${sanitizeText(name, 60)}' is no member of it`);
  return value;
}

export function textField(value: JsonValue | undefined, what: string): string {
  return typeof value === 'string' ? value : malformed(what, 'it is not a text');
}

export function bytesField(value: JsonValue | undefined, what: string): Uint8Array<ArrayBuffer> {
  return base64Bytes(textField(value, what), what);
}

/** An array of at most `most` values. */
export function listField(value: JsonValue | undefined, what: string, most: number): readonly JsonValue[] {
  if (!Array.isArray(value)) return malformed(what, 'it is not a list');
  if (value.length > most) throw new SignError('ERR_LIMIT', `${what} holds over ${most} values`);
  return value;
}
