import { isJsonObject, type JsonObject, parseJsonObject, SignError, utf8Bytes, utf8Text } from '@securosys/core';

/** Members of a manifest as they stand there, with those that we do not know, and how its author wrote them. */
export interface ManifestDocument {
  readonly object: JsonObject;
  /** Bytes of another document in the same spelling: what is changed and changed back has its first digest again. */
  write(object: JsonObject): Uint8Array<ArrayBuffer>;
}

const goEscapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};
const compact = (object: JsonObject) => JSON.stringify(object);
/** Programs in Go escape what HTML could take for markup. */
const asGo = (object: JsonObject) => compact(object).replace(/[<>&\u2028\u2029]/g, (c) => goEscapes[c] ?? c);

/** Takes a manifest apart whose form was checked already. @throws SignError `ERR_MALFORMED`, `ERR_LIMIT` */
export function readDocument(bytes: Uint8Array): ManifestDocument {
  const what = 'manifest';
  const text = utf8Text(bytes, what);
  const object = parseJsonObject(text, { what, maxBytes: bytes.byteLength, maxDepth: 16, maxValues: 500_000 });
  const spelling = compact(object) === text ? compact : asGo;
  return { object, write: (changed) => utf8Bytes(spelling(changed)) };
}

/** The descriptors in a member, as they stand there. @throws SignError `ERR_MALFORMED` */
export function descriptorsIn({ object }: ManifestDocument, member: 'layers' | 'manifests'): readonly JsonObject[] {
  const list = object[member];
  if (!Array.isArray(list)) throw new SignError('ERR_MALFORMED', `manifest: ${member} is no list`);
  return list.map((entry) => {
    if (!isJsonObject(entry)) throw new SignError('ERR_MALFORMED', `manifest: ${member} holds what is no descriptor`);
    return entry;
  });
}

/** The same object with members changed in place; `undefined` takes one away. */
export function withMembers(object: JsonObject, changes: Readonly<Record<string, JsonObject[string] | undefined>>): JsonObject {
  const entries = Object.entries({ ...object, ...changes }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as JsonObject;
}
