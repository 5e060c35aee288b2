import { hexText } from '@securosys/core';
import { list } from './extension-values.js';
import { nameText, parseName } from './names.js';
import { type DerReader, malformed, oidText, tags } from './reader.js';

/** Kinds of a `GeneralName` (RFC 5280 §4.2.1.6). */
export type GeneralNameType =
  | 'otherName'
  | 'email'
  | 'DNS'
  | 'x400Address'
  | 'directoryName'
  | 'ediPartyName'
  | 'URI'
  | 'IP'
  | 'registeredID';

/** One name of a subject alternative name. */
export interface GeneralName {
  readonly type: GeneralNameType;
  /**
   * `DNS`, `email`, `URI`: as it stands in the certificate, ASCII. `IP`: the usual text, of IPv6 that of RFC 5952. `directoryName`: RFC 4514
   * text. `registeredID`: dotted. `otherName`: `oid=#hex` of its value's DER; the other two: `#hex` of their DER. Foreign text.
   */
  readonly value: string;
}

/** The text of an IPv6 address that all its spellings share; of anything else what it was. */
function ipText(text: string): string {
  const url = `http://[${text}]/`;
  return text.includes(':') && URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : text;
}

function ipOf(bytes: Uint8Array): string {
  if (bytes.byteLength === 4) return bytes.join('.');
  if (bytes.byteLength !== 16) malformed('an IP address has neither 4 nor 16 octets');
  const groups = Array.from({ length: 8 }, (_, at) => hexText(bytes.subarray(2 * at, 2 * at + 2)));
  return ipText(groups.join(':'));
}

function ascii(bytes: Uint8Array): string {
  if (bytes.byteLength === 0 || bytes.some((byte) => byte > 0x7f)) malformed('an alternative name is not ASCII');
  return Buffer.from(bytes).toString('latin1');
}

function generalName(reader: DerReader): GeneralName {
  const element = reader.any();
  const contents = reader.contents(element);
  switch (element.tag) {
    case 0xa0: {
      const other = reader.inside(element);
      const oid = other.oid();
      const value = other.inside(other.take(tags.context0));
      const text = `${oid}=#${hexText(value.whole(value.any()))}`;
      value.end();
      other.end();
      return { type: 'otherName', value: text };
    }
    case 0x81:
      return { type: 'email', value: ascii(contents) };
    case 0x82:
      return { type: 'DNS', value: ascii(contents) };
    case 0xa3:
      return { type: 'x400Address', value: `#${hexText(reader.whole(element))}` };
    case 0xa4:
      return { type: 'directoryName', value: nameText(parseName(contents)) };
    case 0xa5:
      return { type: 'ediPartyName', value: `#${hexText(reader.whole(element))}` };
    case 0x86:
      return { type: 'URI', value: ascii(contents) };
    case 0x87:
      return { type: 'IP', value: ipOf(contents) };
    case 0x88:
      return { type: 'registeredID', value: oidText(reader.bytes, element, 'alternative name') };
    default:
      return malformed('an alternative name is of no known kind');
  }
}

/** Names of a `GeneralNames` (RFC 5280 §4.2.1.6), at least one. @throws SignError `ERR_MALFORMED` */
export function generalNames(value: Uint8Array): GeneralName[] {
  return list(value, 'alternative names', generalName);
}

/** Whether two names mean the same: host names in any case, IP addresses in any spelling, all others character by character. */
export function sameGeneralName(one: GeneralName, other: GeneralName): boolean {
  const plain = ({ type, value }: GeneralName) => (type === 'DNS' ? value.toLowerCase() : type === 'IP' ? ipText(value) : value);
  return one.type === other.type && plain(one) === plain(other);
}
