import { hexText, ownBytes, type TimestampHash } from '@securosys/core';
import { readExtensions } from '../extensions.js';
import { DerReader, malformed, tags, unsignedInteger } from '../reader.js';
import { genTimeOf } from './gen-time.js';
import { hashIdentifier, hashOfOid } from './hashes.js';
import { refuse } from './reasons.js';
import type { Timestamp } from './timestamp.js';

/** ETSI TS 102 023 / RFC 3628 §5.2: an authority that follows it is exact to one second. */
const baselinePolicy = '0.4.0.2023.1.1';

/** What `TSTInfo` (RFC 3161 §2.4.2) says. */
export interface TstInfo extends Timestamp {
  /** The request's nonce as the contents of its INTEGER, sign octet included, lower-case hex; absent when the token has none. */
  readonly nonce?: string;
}

const hashLengths: Readonly<Record<TimestampHash, number>> = { sha256: 32, sha384: 48, sha512: 64 };

function smallInteger(contents: Uint8Array, what: string): number {
  const number = unsignedInteger(contents, what);
  return number.byteLength <= 4 ? number.reduce((sum, byte) => sum * 256 + byte, 0) : malformed(`${what} is too large`);
}

/** Microseconds of `Accuracy { seconds, millis [0], micros [1] }`. */
function accuracyOf(accuracy: DerReader): number {
  const unit = (tag: number, max: number, what: string): number => {
    const element = accuracy.optional(tag);
    const number = element ? smallInteger(accuracy.contents(element), what) : 0;
    return number <= max ? number : malformed(`${what} is too large`);
  };
  const seconds = unit(tags.integer, 0xffff_ffff, 'accuracy in seconds');
  const millis = unit(0x80, 999, 'accuracy in milliseconds');
  const micros = unit(0x81, 999, 'accuracy in microseconds');
  accuracy.end();
  return seconds * 1e6 + millis * 1e3 + micros;
}

/** Explicit FALSE is taken, although DER leaves a default out: the bytes are signed. */
function ordering(reader: DerReader): void {
  const element = reader.optional(tags.boolean);
  if (!element) return;
  const [value, more] = reader.contents(element);
  if (more !== undefined || (value !== 0 && value !== 0xff)) malformed('ordering is no BOOLEAN');
}

/** Contents of an INTEGER as they stand, hex. */
function integerText(contents: Uint8Array): string {
  if (contents.byteLength === 0) malformed('an INTEGER is empty');
  if (contents.byteLength > 64) malformed('an INTEGER is too long');
  return hexText(contents);
}

function imprintOf(reader: DerReader): { hash: TimestampHash; imprint: Uint8Array } {
  const pair = reader.enter(tags.sequence, 'message imprint');
  const hash = hashOfOid(hashIdentifier(pair.enter(tags.sequence, 'hash algorithm')));
  const imprint = ownBytes(pair.contents(pair.take(tags.octetString)));
  pair.end();
  if (!hash) refuse('imprint-hash');
  return imprint.byteLength === hashLengths[hash] ? { hash, imprint } : malformed('the imprint has another length than its hash');
}

/**
 * Reads `TSTInfo`. Accuracy as `notation.md` §9.2 step 9 has it; what milliseconds cannot hold makes it larger, never smaller.
 * @throws SignError `ERR_MALFORMED`, `ERR_ALGORITHM_UNSUPPORTED`
 */
export function readTstInfo(der: Uint8Array): TstInfo {
  const info = DerReader.over(der, tags.sequence, 'TSTInfo');
  const version = info.contents(info.take(tags.integer));
  if (version.byteLength !== 1 || version[0] !== 1) refuse('tst-info-version');
  const policy = info.oid();
  const { hash, imprint } = imprintOf(info);
  const serial = integerText(info.contents(info.take(tags.integer))).replace(/^00(?=.)/, '');
  const time = info.any();
  if (time.tag !== tags.generalizedTime) refuse('gen-time');
  const { ms: genTime, rounded } = genTimeOf(info.contents(time));
  const accuracy = info.optional(tags.sequence);
  const given = accuracy ? accuracyOf(info.inside(accuracy, 'accuracy')) : 0;
  ordering(info);
  const nonce = info.optional(tags.integer);
  info.optional(tags.context0);
  const extensions = info.optional(0xa1);
  info.end();
  if (extensions && readExtensions(info.inside(extensions, 'extensions')).some(({ critical }) => critical))
    refuse('critical-extension');
  const micros = given === 0 && policy === baselinePolicy ? 1e6 : given;
  return {
    genTime,
    accuracyMs: Math.ceil(micros / 1000) + (rounded ? 1 : 0),
    policy,
    serial,
    hash,
    imprint,
    ...(nonce && { nonce: integerText(info.contents(nonce)) }),
  };
}
