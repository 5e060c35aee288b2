import { utf8Text } from './bytes.js';
import { SignError } from './errors.js';
import { plainJson } from './plain-json.js';
import { sanitizeText } from './text.js';

/** A value as strict JSON decoding gives it. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
/** A JSON object, as strict decoding gives it: no member twice. */
export interface JsonObject {
  [member: string]: JsonValue;
}

/** Bounds of one JSON document (threat model S20); going over one is `ERR_LIMIT`. */
export interface JsonLimits {
  /** What the document is called in errors. */
  what?: string;
  /** Largest document in bytes (of a string: UTF-16 units). Default 4 MiB. */
  maxBytes?: number;
  /** Deepest nesting. Default 32. */
  maxDepth?: number;
  /** Most values in the whole document. Default 100,000. */
  maxValues?: number;
  /** Lets an element of an array be one half of a surrogate pair, as in passwords that travel as arrays of UTF-16 units. Default `false`. */
  surrogateUnits?: boolean;
  /** Refuses integers that are written with a fraction or an exponent, as readers with integer types do. Default `false`. */
  plainIntegers?: boolean;
}

// Sticky expressions let the engine skip what is long (base64, names) natively; the loop below only sees structure.
const space = /[ \t\n\r]*/y;
const plainString = /"[^"\\\u0000-\u001f]*"/y;
const escapedString = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const number = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;

class Reader {
  at = 0;
  values = 0;
  /** Whether all that was read could have been written in no other way. */
  plain = true;
  constructor(
    readonly text: string,
    readonly what: string,
    readonly maxDepth: number,
    readonly maxValues: number,
    readonly surrogateUnits: boolean,
    readonly plainIntegers: boolean,
  ) {}

  wellFormed(value: string, isElement: boolean): string {
    if (value.isWellFormed() || (isElement && this.surrogateUnits && value.length === 1)) return value;
    return this.fail('lone surrogate');
  }

  fail(why: string): never {
    throw new SignError('ERR_MALFORMED', `${this.what} is not strict JSON: ${why} at offset ${this.at}`);
  }

  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  /** Like {@link match} where only the end matters: making the list of groups costs more than the scan. */
  skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) return false;
    this.at = pattern.lastIndex;
    return true;
  }

  /** The next structural character after white space, not consumed. */
  peek(): string {
    const c = this.text.charCodeAt(this.at);
    if (c === 32 || c === 10 || c === 13 || c === 9) {
      this.plain = false;
      this.skip(space);
    }
    return this.text.charAt(this.at);
  }

  string(isElement = false): string {
    const start = this.at + 1;
    if (this.skip(plainString)) return this.wellFormed(this.text.slice(start, this.at - 1), isElement);
    const escaped = this.match(escapedString);
    if (!escaped) this.fail('bad string');
    this.plain = false;
    // biome-ignore lint/plugin: one string literal that the expression above has checked
    const value: string = JSON.parse(escaped[0]);
    return this.wellFormed(value, isElement);
  }

  number(): number {
    const found = this.match(number);
    if (!found) this.fail('unexpected character');
    const value = Number(found[0]);
    if (!Number.isFinite(value)) this.fail('number out of range');
    const integer = found[1] === undefined && found[2] === undefined;
    if (integer && !Number.isSafeInteger(value)) this.fail('integer outside ±(2^53 − 1)');
    if (!integer) this.plain = false;
    if (this.plainIntegers && !integer && Number.isInteger(value)) this.fail('an integer with a fraction or an exponent');
    if (Object.is(value, -0)) this.fail('negative zero');
    return value;
  }

  literal(word: string, value: boolean | null): boolean | null {
    if (!this.text.startsWith(word, this.at)) this.fail('unexpected character');
    this.at += word.length;
    return value;
  }

  value(depth: number, isElement = false): JsonValue {
    if (++this.values > this.maxValues) throw new SignError('ERR_LIMIT', `${this.what} holds over ${this.maxValues} values`);
    if (depth > this.maxDepth) throw new SignError('ERR_LIMIT', `${this.what} nests deeper than ${this.maxDepth}`);
    switch (this.peek()) {
      case '{':
        return this.object(depth);
      case '[':
        return this.array(depth);
      case '"':
        return this.string(isElement);
      case 't':
        return this.literal('true', true);
      case 'f':
        return this.literal('false', false);
      case 'n':
        return this.literal('null', null);
      default:
        return this.number();
    }
  }

  object(depth: number): JsonObject {
    const out: JsonObject = Object.create(null);
    this.at++;
    if (this.peek() === '}') {
      this.at++;
      return out;
    }
    for (let last: string | undefined; ; ) {
      if (this.peek() !== '"') this.fail('member name expected');
      const name = this.string();
      if (last !== undefined && name <= last) this.plain = false;
      last = name;
      if (Object.hasOwn(out, name)) this.fail(`duplicate member '${sanitizeText(name, 60)}'`);
      if (this.peek() !== ':') this.fail("':' expected");
      this.at++;
      out[name] = this.value(depth + 1);
      const next = this.peek();
      this.at++;
      if (next === '}') return out;
      if (next !== ',') this.fail("',' or '}' expected");
    }
  }

  array(depth: number): JsonValue[] {
    const out: JsonValue[] = [];
    this.at++;
    if (this.peek() === ']') {
      this.at++;
      return out;
    }
    for (;;) {
      out.push(this.value(depth + 1, true));
      const next = this.peek();
      this.at++;
      if (next === ']') return out;
      if (next !== ',') this.fail("',' or ']' expected");
    }
  }
}

/** A document, and how it is written. */
export interface ParsedJson {
  readonly value: JsonValue;
  /**
   * It is written without white space, escapes, fractions and exponents, with the members of each object in ascending order of their UTF-16
   * units: what canonical forms of JSON write is this very text.
   */
  readonly plain: boolean;
}

/**
 * {@link parseJson}, and whether the text is plain.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function parseJsonForm(input: string | Uint8Array, limits: JsonLimits = {}): ParsedJson {
  const {
    what = 'document',
    maxBytes = 4 * 1024 * 1024,
    maxDepth = 32,
    maxValues = 100_000,
    surrogateUnits = false,
    plainIntegers = false,
  } = limits;
  if (input.length > maxBytes) throw new SignError('ERR_LIMIT', `${what} is over ${maxBytes} bytes`);
  const text = typeof input === 'string' ? input : utf8Text(input, what);
  const plain = plainJson(text, maxDepth, maxValues);
  if (plain) return { value: plain.value, plain: plain.canonical };
  const reader = new Reader(text, what, maxDepth, maxValues, surrogateUnits, plainIntegers);
  const value = wholeValue(reader);
  return { value, plain: reader.plain };
}

/**
 * Parses foreign JSON (RFC 8259) strictly and with bounds: no duplicate members, no lone surrogates, no integers that
 * a double cannot hold, nothing after the value. Objects have no prototype, so `__proto__` is a member like any other.
 * Errors carry positions and member names, never values (S20, S38).
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function parseJson(input: string | Uint8Array, limits: JsonLimits = {}): JsonValue {
  return parseJsonForm(input, limits).value;
}

function wholeValue(reader: Reader): JsonValue {
  const value = reader.value(0);
  if (reader.at !== reader.text.length) reader.plain = false;
  reader.skip(space);
  if (reader.at !== reader.text.length) reader.fail('data after the value');
  return value;
}

/**
 * {@link parseJson}, demanding an object at the top.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function parseJsonObject(input: string | Uint8Array, limits: JsonLimits = {}): JsonObject {
  const value = parseJson(input, limits);
  if (!isJsonObject(value)) throw new SignError('ERR_MALFORMED', `${limits.what ?? 'document'} is not a JSON object`);
  return value;
}

/** True for a JSON object, as opposed to an array, `null` or a scalar. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Compact JSON with members in ascending code-unit order at every level; `undefined` members are left out, `toJSON` is honoured.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(ordered(value));
}

function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(ordered);
  if ('toJSON' in value && typeof value.toJSON === 'function') return ordered(value.toJSON());
  const members = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(members)
      .sort()
      .map((name) => [name, ordered(members[name])]),
  );
}
