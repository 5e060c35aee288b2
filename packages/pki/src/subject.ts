import { invalidArgument, sanitizeText, utf8Text } from '@securosys/core';
import { attributeNames } from './names.js';

/** One attribute of a subject to be written. */
export interface SubjectAttribute {
  readonly oid: string;
  readonly value: string;
}

const oids: ReadonlyMap<string, string> = new Map([...attributeNames].map(([oid, name]) => [name, oid]));

/** Upper bounds of RFC 5280 appendix A.1 in characters; every other attribute has 64. */
const longer: ReadonlySet<string> = new Set(['L', 'ST', 'STREET', 'POSTALCODE']);
const maxText = 2_048;

function refuse(why: string): never {
  return invalidArgument(`subject: ${why}`);
}

/** Undoes the escapes of RFC 4514 §3 and removes the white space around a value that is not escaped. */
function unescapeValue(text: string): string {
  const bytes: number[] = [];
  let kept = 0;
  const pattern = /\\([0-9a-fA-F]{2})|\\([ "#+,;<=>\\])|([^\\"+;<>])/gsuy;
  const body = text.trimStart();
  while (pattern.lastIndex < body.length) {
    const match = pattern.exec(body) ?? refuse('a special character is not escaped');
    const [, hex, special, plain] = match;
    if (hex) bytes.push(Number.parseInt(hex, 16));
    else bytes.push(...new TextEncoder().encode(special ?? plain));
    if (plain !== ' ') kept = bytes.length;
  }
  return utf8Text(Uint8Array.from(bytes.slice(0, kept)), 'subject');
}

/** Splits at commas that are not escaped. */
function parts(text: string): string[] {
  const out: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === ',') {
      out.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...out, text.slice(start)];
}

/**
 * Reads a subject in RFC 4514 text, most specific part first, for example `CN=release,O=Example,ST=Zurich,C=CH`, and returns it in the order of
 * a certificate. Only what a Notation trust policy can match is taken (`notation.md` §14.4): types with a short name, each once, no `+`, no `=#`.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED` for escapes that are no UTF-8
 */
export function parseSubject(text: string): SubjectAttribute[] {
  if (text.length > maxText || !text.isWellFormed()) refuse(`over ${maxText} characters, or no text`);
  if (text.includes('=#')) refuse("'=#' cannot be matched by a trust policy");
  const seen = new Set<string>();
  const attributes = parts(text).map((part) => {
    const [, name = '', written = ''] = /^\s*([A-Za-z]+)\s*=(.*)$/su.exec(part) ?? refuse("a part is not 'TYPE=value'");
    const oid = oids.get(name) ?? refuse(`unknown type '${sanitizeText(name, 40)}'; known are ${[...oids.keys()].join(', ')}`);
    if (seen.has(name)) refuse(`'${name}' occurs twice, which no trust policy can match`);
    seen.add(name);
    const value = unescapeValue(written);
    const limit = longer.has(name) ? 128 : 64;
    if (value === '' || value.length > limit) refuse(`'${name}' must have 1 to ${limit} characters`);
    if (sanitizeText(value, limit) !== value) refuse(`'${name}' holds invisible or control characters`);
    if (name === 'C' && !/^[A-Z]{2}$/.test(value)) refuse("'C' is a country code of two capital letters");
    return { oid, value };
  });
  return attributes.reverse();
}
