import { hexText, utf8Text } from '@securosys/core';
import { DerReader, malformed, tags } from './reader.js';

/** One attribute of a distinguished name. */
export interface NameAttribute {
  /** Dotted object identifier of the type. */
  readonly oid: string;
  /** Text of a value of a string type; `undefined` for any other type. */
  readonly value: string | undefined;
  /** The value as it stands in the certificate, DER with its header; present where the text form needs it (`oid=#hex`). */
  readonly valueDer?: Uint8Array;
}

/** Attributes of a relative distinguished name; more than one makes it multi-valued. */
export type RelativeName = readonly NameAttribute[];

/** Short names by which Notation writes and matches subjects (`notation.md` §14.4); every other type is `oid=#hex`. */
export const attributeNames: ReadonlyMap<string, string> = new Map([
  ['2.5.4.6', 'C'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.3', 'CN'],
  ['2.5.4.5', 'SERIALNUMBER'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.9', 'STREET'],
  ['2.5.4.17', 'POSTALCODE'],
]);

const maxAttributes = 64;

/** X.680 §41.4, and the two characters that CAs put there nevertheless and that every reader understands alike. */
const printable = /^[A-Za-z0-9 '()+,\-./:=?*&]*$/;
const ascii = /^[\u0000-\u007f]*$/;

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function matching(bytes: Uint8Array, pattern: RegExp, type: string): string {
  const text = latin1(bytes);
  return pattern.test(text) ? text : malformed(`a name holds characters that no ${type} has`);
}

function bmp(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i + 1 < bytes.byteLength; i += 2)
    text += String.fromCharCode((bytes[i] as number) * 256 + (bytes[i + 1] as number));
  return bytes.byteLength % 2 === 0 && !/[\ud800-\udfff]/.test(text) ? text : malformed('a name holds a BMPString that is none');
}

function stringValue(tag: number, contents: Uint8Array): string | undefined {
  switch (tag) {
    case tags.utf8String:
      return utf8Text(contents, 'name');
    case tags.printableString:
      return matching(contents, printable, 'PrintableString');
    case tags.ia5String:
      return matching(contents, ascii, 'IA5String');
    case tags.numericString:
      return matching(contents, /^[0-9 ]*$/, 'NumericString');
    case tags.bmpString:
      return bmp(contents);
    default:
      return undefined;
  }
}

/**
 * Relative names of a DER `Name` (RFC 5280 §4.1.2.4) in the order of the certificate.
 * @throws SignError `ERR_MALFORMED`
 */
export function parseName(der: Uint8Array): readonly RelativeName[] {
  const names = DerReader.over(der, tags.sequence, 'name');
  const out: RelativeName[] = [];
  let count = 0;
  while (names.more) {
    const set = names.enter(tags.set);
    const attributes: NameAttribute[] = [];
    do {
      const pair = set.enter(tags.sequence);
      const oid = pair.oid();
      const element = pair.any();
      pair.end();
      const value = stringValue(element.tag, pair.contents(element));
      const asText = value !== undefined && attributeNames.has(oid);
      attributes.push(asText ? { oid, value } : { oid, value, valueDer: pair.whole(element) });
      if (++count > maxAttributes) malformed(`a name has over ${maxAttributes} attributes`);
    } while (set.more);
    out.push(attributes);
  }
  return out;
}

function escapeValue(value: string): string {
  const escaped = value
    .replace(/["+,;<>\\]/g, '\\$&')
    .replaceAll('\0', '\\00')
    .replace(/^[ #]/, '\\$&');
  // A single space is the leading one, escaped already.
  return value.length > 1 && value.endsWith(' ') ? `${escaped.slice(0, -1)}\\ ` : escaped;
}

/**
 * RFC 4514 text of a name: most specific part first, `+` inside multi-valued parts, types without a short name and values
 * that are no text as `oid=#hex`. The text is foreign: pass it through `sanitizeText` before showing it.
 */
export function nameText(names: readonly RelativeName[]): string {
  return names
    .map((attributes) =>
      attributes
        .map(({ oid, value, valueDer }) => {
          const name = attributeNames.get(oid);
          return name === undefined || value === undefined || valueDer
            ? `${oid}=#${valueDer ? hexText(valueDer) : ''}`
            : `${name}=${escapeValue(value)}`;
        })
        .join('+'),
    )
    .reverse()
    .join(',');
}
