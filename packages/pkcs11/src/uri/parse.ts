import { invalidArgument, SignError, sanitizeText } from '@securosys/core';
import { objectTypes, type Pkcs11ObjectType, type Pkcs11Uri, type Pkcs11UriParts, textAttributes } from './attributes.js';
import { formatPkcs11Uri } from './format.js';
import { percentDecoded, percentText } from './percent.js';

/** Longer than every value that PKCS#11 can hold together; longer is no URI but an attack on whoever reads it. */
const maxLength = 16_384;

/** What a query can say to us. RFC 7512 lets vendors repeat their own. */
const queryAttributes = new Set(['pin-source', 'pin-value', 'module-name', 'module-path']);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** `name=value` pairs between separators. Names are not secret; what has no name might be, so it is not quoted. */
function pairs(text: string, separator: ';' | '&'): [name: string, value: string][] {
  if (text === '') return [];
  const seen = new Set<string>();
  return text.split(separator).map((pair) => {
    const found = /^([A-Za-z0-9_-]+)=(.*)$/s.exec(pair);
    if (!found) invalidArgument(`PKCS#11 URI: attributes are 'name=value', separated by '${separator}'`);
    const [, name = '', value = ''] = found;
    if (seen.has(name) && (separator === ';' || queryAttributes.has(name)))
      invalidArgument(`PKCS#11 URI: '${sanitizeText(name, 60)}' stands twice`);
    seen.add(name);
    return [name, value];
  });
}

function libraryVersion(text: string): string {
  const found = /^(\d{1,3})(?:\.(\d{1,3}))?$/.exec(text);
  const [major, minor] = [Number(found?.[1] ?? 256), Number(found?.[2] ?? 0)];
  if (major > 255 || minor > 255) invalidArgument("PKCS#11 URI: 'library-version' is two numbers below 256, as in '2.6'");
  return `${major}.${minor}`;
}

function slotId(text: string): bigint {
  const value = /^\d{1,20}$/.test(text) ? BigInt(text) : -1n;
  if (value < 0n || value >= 1n << 64n) invalidArgument("PKCS#11 URI: 'slot-id' is not a decimal number below 2^64");
  return value;
}

function pathAttribute(parts: Mutable<Pkcs11UriParts>, name: string, value: string): void {
  if (Object.hasOwn(textAttributes, name))
    parts[textAttributes[name as keyof typeof textAttributes]] = percentText(name, value, 'path');
  else if (name === 'id') parts.id = percentDecoded(name, value, 'path');
  else if (name === 'library-version') parts.libraryVersion = libraryVersion(value);
  else if (name === 'slot-id') parts.slotId = slotId(value);
  else if (name === 'type') {
    const type = objectTypes.find((known) => known === value);
    if (!type) invalidArgument(`PKCS#11 URI: 'type' is one of ${objectTypes.join(', ')}`);
    parts.type = type satisfies Pkcs11ObjectType;
  } else {
    const known = [...Object.keys(textAttributes), 'id', 'library-version', 'slot-id', 'type'].join(', ');
    invalidArgument(`PKCS#11 URI: unknown path attribute '${sanitizeText(name, 60)}'; known are ${known}`);
  }
}

/**
 * Reads a PKCS#11 URI (RFC 7512, profile of `pkcs11.md` §5.1). A path attribute that is unknown, or there twice, is refused; an unknown
 * query attribute is listed in `ignored`. `module-path` is reported and never followed by itself. A `pin-value` in the path is taken,
 * with `pin.inPath`; one beside a `pin-source` is refused. No error quotes a value.
 *
 * @example
 * ```ts
 * import { parsePkcs11Uri } from '@securosys/pkcs11';
 * const uri = parsePkcs11Uri('pkcs11:token=Release%20keys;object=image-signing?pin-source=file:/etc/token-pin');
 * console.log(uri.token, uri.object, `${uri}`); // the text of a URI is shown without its PIN
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_LIMIT` (over 16,384 characters)
 */
export function parsePkcs11Uri(text: string): Pkcs11Uri {
  if (typeof text !== 'string' || !/^pkcs11:/i.test(text)) invalidArgument("a PKCS#11 URI is a text that starts with 'pkcs11:'");
  if (text.length > maxLength) throw new SignError('ERR_LIMIT', `PKCS#11 URI is over ${maxLength} characters`);
  const query = text.indexOf('?');
  const parts: Mutable<Pkcs11UriParts> = {};
  const ignored: string[] = [];
  const pin: { source?: string; value?: string; inPath: boolean } = { inPath: false };
  for (const [name, value] of pairs(text.slice('pkcs11:'.length, query < 0 ? undefined : query), ';')) {
    if (name !== 'pin-value') pathAttribute(parts, name, value);
    else Object.assign(pin, { value: percentText(name, value, 'path'), inPath: true });
  }
  for (const [name, value] of query < 0 ? [] : pairs(text.slice(query + 1), '&')) {
    if (name === 'pin-value' && pin.inPath) invalidArgument("PKCS#11 URI: 'pin-value' stands twice");
    if (name === 'pin-value') pin.value = percentText(name, value, 'query');
    else if (name === 'pin-source') pin.source = percentText(name, value, 'query');
    else if (name === 'module-name') parts.moduleName = percentText(name, value, 'query');
    else if (name === 'module-path') parts.modulePath = percentText(name, value, 'query');
    else ignored.push(name);
  }
  const { source, value, inPath } = pin;
  if (source !== undefined && value !== undefined)
    invalidArgument("PKCS#11 URI: 'pin-value' and 'pin-source' exclude each other");
  const shown = formatPkcs11Uri(parts);
  return {
    ...parts,
    ...((source !== undefined || value !== undefined) && { pin: { source: () => source, value: () => value, inPath } }),
    ignored,
    toString: () => shown,
    toJSON: () => shown,
  };
}

/** A URI as it may be shown: canonical and without its PIN; what is no URI is not shown at all. */
export function redactPkcs11Uri(text: string): string {
  try {
    return parsePkcs11Uri(text).toString();
  } catch (error) {
    if (SignError.is(error)) return 'pkcs11:(malformed)';
    throw error;
  }
}
