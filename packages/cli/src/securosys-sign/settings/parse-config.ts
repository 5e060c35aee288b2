import { type JsonObject, parseJsonObject, SignError, utf8Bytes, utf8Text } from '@securosys/core';

const what = 'the configuration';

/** YAML that says what JSON can say: no aliases, no tags, no second document, no member twice. */
async function fromYaml(text: string): Promise<JsonObject> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { schema: 'core', uniqueKeys: true, merge: false, prettyErrors: true, stringKeys: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) {
    const [start] = problem.linePos ?? [];
    // The library's message quotes the line, and a line of a configuration may be a secret.
    throw new SignError('ERR_MALFORMED', `${what} is no YAML${start ? ` at ${start.line}:${start.col}` : ''}: ${problem.code}`);
  }
  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: 0 });
  } catch {
    throw new SignError('ERR_MALFORMED', `${what}: aliases are not taken`);
  }
  // Once more by the strict reader: depth, names of prototypes, numbers that are none.
  return parseJsonObject(utf8Bytes(JSON.stringify(plain ?? {})), { what });
}

/** Reads a configuration by the ending of its file's name: `.yaml` and `.yml` are YAML, all else JSON. @throws SignError `ERR_MALFORMED` */
export async function parseConfig(path: string, bytes: Uint8Array): Promise<JsonObject> {
  return /\.ya?ml$/i.test(path) ? fromYaml(utf8Text(bytes, what)) : parseJsonObject(bytes, { what });
}
