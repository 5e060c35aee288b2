import { readDer } from '@securosys/core';
import { readExtensions } from '../extensions.js';
import { DerReader, malformed, tags } from '../reader.js';
import { timeOf } from '../times.js';
import { faultError, reading } from './fault.js';
import { invalidityDate, reasonCode } from './reasons.js';

/** What a CRL says about one certificate. Times in milliseconds since 1970. */
export interface CrlEntry {
  readonly revokedAt: number;
  readonly reason: string;
  readonly invalidAt?: number;
}

/**
 * Walks over elements without making an object of each: a CRL of 32 MiB holds millions. What is no plain short header goes through the strict
 * reader, which also words every complaint.
 */
class Walk {
  tag = 0;
  contents = 0;
  end = 0;
  constructor(readonly bytes: Uint8Array) {}

  read(at: number, limit: number): void {
    const length = this.bytes[at + 1] as number;
    this.tag = this.bytes[at] as number;
    this.contents = at + 2;
    this.end = this.contents + length;
    if (length < 0x80 && this.end <= limit && (this.tag & 0x1f) !== 0x1f) return;
    const element = readDer(this.bytes, at, limit, 'CRL entry');
    this.contents = element.contents;
    this.end = element.end;
  }

  take(tag: number, at: number, limit: number): number {
    this.read(at, limit);
    if (this.tag !== tag) malformed('a CRL entry holds an unexpected type');
    return this.end;
  }
}

/** Last octets of the identifiers 2.5.29.x of entries. */
const [reasonArc, invalidityArc, issuerArc] = [21, 24, 29];

/** Refuses what changes the meaning of an entry, and with it of all that follow (RFC 5280 §5.3). */
function checkExtensions(walk: Walk, from: number, limit: number): void {
  const { bytes } = walk;
  for (let at = from; at < limit; ) {
    const end = walk.take(tags.sequence, at, limit);
    let next = walk.take(tags.oid, walk.contents, end);
    const id = walk.contents;
    const arc = next - id === 3 && bytes[id] === 0x55 && bytes[id + 1] === 0x1d ? bytes[id + 2] : undefined;
    const critical = bytes[next] === tags.boolean;
    if (critical) next = walk.take(tags.boolean, next, end);
    if (walk.take(tags.octetString, next, end) !== end) malformed('an extension of a CRL entry holds more than it should');
    if (arc === issuerArc)
      throw faultError('crl-indirect', 'the CRL has entries of other issuers, and indirect CRLs are not supported');
    if (critical && arc !== reasonArc && arc !== invalidityArc)
      throw faultError('critical-extension', 'an entry of the CRL has a critical extension that nothing here understands');
    at = end;
  }
}

function entryOf(bytes: Uint8Array): CrlEntry {
  const entry = DerReader.over(bytes, tags.sequence, 'CRL entry');
  entry.take(tags.integer);
  const revokedAt = timeOf(bytes, entry.any());
  const extensions = entry.more ? readExtensions(entry.enter(tags.sequence)) : [];
  entry.end();
  const value = (arc: number) => extensions.find(({ oid }) => oid === `2.5.29.${arc}`)?.value;
  const [reason, invalid] = [value(21), value(24)];
  return {
    revokedAt,
    reason: reason ? reasonCode(reason) : 'unspecified',
    ...(invalid && { invalidAt: invalidityDate(invalid) }),
  };
}

/** Where a number starts behind its leading zero octets; the last octet is never one of them. */
function significant(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end - 1 && bytes[at] === 0) at++;
  return at;
}

/**
 * Whether the INTEGER from `at` to `end` has the significant octets of `wanted`. Sign octets do not count: an issuer that forgets one, or writes
 * one too many, means this serial number all the same, and an entry that is overlooked would be a certificate that is good.
 */
function sameAt(bytes: Uint8Array, at: number, end: number, wanted: Uint8Array): boolean {
  const from = significant(bytes, at, end);
  if (end - from !== wanted.byteLength) return false;
  // From the end: serial numbers of one CA often start alike.
  for (let i = wanted.byteLength - 1; i >= 0; i--) if (bytes[from + i] !== wanted[i]) return false;
  return true;
}

/** Most entries with one serial number: on hold, removed, on hold again. */
const maxSame = 64;

/**
 * The entries with this serial number, in their order. Walks over all of them, so that none is malformed or changes what the others mean.
 * @param entries contents of `revokedCertificates`
 * @param serial contents of the serial number's INTEGER
 * @throws SignError with `details.rule` `malformed`, `critical-extension`, `crl-indirect`
 */
export function findEntries(entries: Uint8Array, serial: Uint8Array): CrlEntry[] {
  return reading('CRL', () => {
    const walk = new Walk(entries);
    const limit = entries.byteLength;
    const wanted = serial.subarray(significant(serial, 0, serial.byteLength));
    const out: CrlEntry[] = [];
    for (let at = 0; at < limit; ) {
      const end = walk.take(tags.sequence, at, limit);
      const next = walk.take(tags.integer, walk.contents, end);
      if (next === walk.contents) malformed('a serial number of a CRL is empty');
      const found = sameAt(entries, walk.contents, next, wanted);
      walk.read(next, end);
      if (walk.tag !== tags.utcTime && walk.tag !== tags.generalizedTime) malformed('a CRL entry has no time');
      const behind = walk.end;
      if (behind < end) {
        if (walk.take(tags.sequence, behind, end) !== end) malformed('a CRL entry holds more than it should');
        checkExtensions(walk, walk.contents, end);
      }
      if (found && out.push(entryOf(entries.subarray(at, end))) > maxSame)
        malformed(`a CRL has over ${maxSame} entries with one serial number`);
      at = end;
    }
    return out;
  });
}
