import { isJsonObject, type JsonLimits, parseJson, SignError, utf8Bytes, utf8Text } from '@securosys/core';

/** A string with its quotes, or anything that is neither white space nor a string. Sound only for text that parsed as JSON. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[^\s"]/g;

interface Token {
  readonly text: string;
  /** Brackets that are open before it. */
  readonly depth: number;
}

/** Tokens of JSON text; a number or a word comes in single characters, which joining puts together again. */
function* tokens(text: string): Generator<Token> {
  let depth = 0;
  for (const [one] of text.matchAll(token)) {
    if (one === '}' || one === ']') depth--;
    yield { text: one, depth };
    if (one === '{' || one === '[') depth++;
  }
}

/**
 * The value of one member of a JSON object as its author wrote it, without insignificant white space: order, escapes, spelling of
 * numbers and explicit nulls stay. This is what an application signs (`tsb-rest-api.md` §1.4); the body of an honest client is
 * compact already, and then these are the very bytes inside it.
 * @param body UTF-8, strict JSON (RFC 8259) with an object at the top
 * @returns UTF-8, in fresh memory
 * @throws SignError `ERR_MALFORMED` when the body is no strict JSON object or lacks the member, `ERR_LIMIT`
 */
export function innerBytesOf(body: Uint8Array, member: string, limits: JsonLimits = {}): Uint8Array<ArrayBuffer> {
  const parsed = parseJson(body, { what: 'signed request', surrogateUnits: true, ...limits });
  if (!isJsonObject(parsed) || !Object.hasOwn(parsed, member))
    throw new SignError('ERR_MALFORMED', 'the request lacks its inner object');
  const out: string[] = [];
  let name: string | undefined;
  for (const { text, depth } of tokens(utf8Text(body, 'signed request'))) {
    const separates = depth === 1 && (text === ',' || text === ':');
    const ends = depth === 0;
    if (ends || (separates && text === ',')) {
      if (name === member) break;
      name = undefined;
    } else if (name === undefined) name = parseJson(text, { what: 'member name' }) as string;
    else if (name === member && !(separates && out.length === 0)) out.push(text);
  }
  return utf8Bytes(out.join(''));
}
