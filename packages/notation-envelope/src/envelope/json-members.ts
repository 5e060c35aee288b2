import { canonicalJson, type JsonObject, sanitizeText, utf8Bytes } from '@securosys/core';
import { refuse } from '../refusal.js';

/** Case folding as Go's JSON reader does it, where `ſ` is an s and the Kelvin sign a k. */
export const foldName = (name: string): string => name.toUpperCase().toLowerCase();

/**
 * A check that refuses members differing in case only, from each other or from a known name: Go's reader takes such a member
 * for the known one, and a document with two readings must have none (`notation.md` §20.2 #9).
 * @returns a function that throws SignError `ERR_MALFORMED`
 */
export function caseVariantCheck(what: string, known: readonly string[]): (object: JsonObject) => void {
  const exact = new Set(known);
  const folded = new Set(known.map(foldName));
  return (object) => {
    let others: Set<string> | undefined;
    // Strict decoding gives objects without a prototype: all names are their own.
    for (const name in object) {
      if (exact.has(name)) continue;
      const variant = foldName(name);
      if (folded.has(variant) || others?.has(variant))
        refuse('malformed', `${what}: '${sanitizeText(name, 60)}' differs from another member in case only`);
      others ??= new Set();
      others.add(variant);
    }
  };
}

const escaped = (json: string): string =>
  json.replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * JSON as Go writes maps: members sorted, compact, `<`, `>`, `&`, U+2028 and U+2029 escaped (`notation.md` §2).
 * Equal values give equal bytes.
 */
export function goJson(value: unknown): Uint8Array<ArrayBuffer> {
  return utf8Bytes(escaped(canonicalJson(value)));
}

/** JSON as Go writes structures: members in the order of the value, escaped as in {@link goJson}. */
export function goJsonInOrder(value: unknown): Uint8Array<ArrayBuffer> {
  return utf8Bytes(escaped(JSON.stringify(value)));
}
