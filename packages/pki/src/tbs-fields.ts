import { hexText } from '@securosys/core';
import { type CertificateExtensions, parseExtensions, readExtensions } from './extensions.js';
import { type DerReader, malformed, tags, unsignedInteger } from './reader.js';
import { timeOf } from './times.js';

/** Version 1 is the absent default; version 3 the only other one that is still issued. */
export function isVersion3(tbs: DerReader): boolean {
  const wrapped = tbs.optional(tags.context0);
  if (!wrapped) return false;
  const reader = tbs.inside(wrapped);
  const version = reader.contents(reader.take(tags.integer));
  reader.end();
  return version.byteLength === 1 && version[0] === 2 ? true : malformed('unknown version');
}

/** RFC 5280 §4.1.2.2: at most 20 octets; zero is taken, because old roots have it. */
export function serialOf(tbs: DerReader): string {
  const number = unsignedInteger(tbs.contents(tbs.take(tags.integer)), 'serial number');
  return number.byteLength <= 20 ? hexText(number) : malformed('serial number over 20 octets');
}

export function validityOf(tbs: DerReader): { notBefore: number; notAfter: number } {
  const validity = tbs.enter(tags.sequence, 'validity');
  const notBefore = timeOf(validity.bytes, validity.any());
  const notAfter = timeOf(validity.bytes, validity.any());
  validity.end();
  return notBefore <= notAfter ? { notBefore, notAfter } : malformed('validity ends before it starts');
}

export function extensionsOf(tbs: DerReader, version3: boolean): CertificateExtensions {
  const wrapped = tbs.optional(tags.context3);
  if (!wrapped) return parseExtensions([]);
  if (!version3) malformed('extensions need version 3');
  const reader = tbs.inside(wrapped, 'extensions');
  const extensions = reader.enter(tags.sequence);
  reader.end();
  if (!extensions.more) malformed('empty extensions');
  return parseExtensions(readExtensions(extensions));
}
