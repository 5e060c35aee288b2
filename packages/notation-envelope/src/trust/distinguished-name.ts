import { SignError, utf8Text } from '@securosys/core';

const specials = ' "#+,;<=>\\';
const maxLength = 4_096;

function fail(why: string): never {
  throw new SignError('ERR_INVALID_ARGUMENT', `trusted identity is not a distinguished name: ${why}`);
}

/** Reads one RDN part up to an unescaped separator; spaces around it are dropped unless they are escaped. */
class Reader {
  at = 0;
  constructor(readonly text: string) {}

  /** The escape after a backslash: one special character, or the bytes of a run of `\xx`. */
  escape(): string {
    const next = this.text.charAt(this.at);
    if (next !== '' && specials.includes(next)) {
      this.at++;
      return next;
    }
    const run = /(?:[0-9a-fA-F]{2})(?:\\[0-9a-fA-F]{2})*/y;
    run.lastIndex = this.at;
    const found = run.exec(this.text)?.[0];
    if (!found) return fail('bad escape');
    this.at += found.length;
    try {
      return utf8Text(Uint8Array.from(found.split('\\'), (pair) => Number.parseInt(pair, 16)));
    } catch {
      return fail('escaped bytes are not UTF-8');
    }
  }

  /** Text up to one of `ends`, which is not consumed. */
  until(ends: string): string {
    let out = '';
    let kept = 0;
    for (; this.at < this.text.length; ) {
      const c = this.text.charAt(this.at);
      if (ends.includes(c)) break;
      this.at++;
      if (c === '\\') {
        out += this.escape();
        kept = out.length;
      } else if (c === ' ') {
        if (out !== '') out += c;
      } else {
        if (c === '+') fail('multi-valued RDN');
        if ('"<>\u0000'.includes(c)) fail('a special character is not escaped');
        out += c;
        kept = out.length;
      }
    }
    return out.slice(0, kept);
  }
}

/**
 * Parses the value of an `x509.subject` identity (`notation.md` §14.4): RFC 4514 with `,` or `;` between RDNs, single-valued,
 * no type twice, `S` meaning `ST`, and C, ST and O with contents. Types keep their case. At most 4,096 characters.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function parseDistinguishedName(text: string): ReadonlyMap<string, string> {
  if (text.length > maxLength) fail(`over ${maxLength} characters`);
  if (text.includes('=#')) fail('hex values are not supported');
  const reader = new Reader(text);
  const out = new Map<string, string>();
  for (;;) {
    const name = reader.until('=,;');
    if (reader.text.charAt(reader.at) !== '=' || !/^(?:[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)*)$/.test(name))
      fail('type=value expected');
    reader.at++;
    const type = name === 'S' ? 'ST' : name;
    if (out.has(type)) fail('an attribute type is repeated');
    out.set(type, reader.until(',;'));
    if (reader.at >= text.length) break;
    reader.at++;
  }
  for (const type of ['C', 'ST', 'O']) if (!out.get(type)) fail(`${type} is missing or empty`);
  return out;
}
