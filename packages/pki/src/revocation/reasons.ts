import { readDer } from '@securosys/core';
import { malformed } from '../reader.js';
import { generalizedTimeOf } from '../times.js';

const enumerated = 0x0a;

/** `CRLReason` (RFC 5280 §5.3.1) by number; 7 is not used. */
const reasons: readonly (string | undefined)[] = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
];

/** Name of an ENUMERATED `CRLReason`, by its contents. @throws SignError `ERR_MALFORMED` */
export function reasonOf(contents: Uint8Array): string {
  const [number, more] = contents;
  const reason = number === undefined || more !== undefined ? undefined : reasons[number];
  return reason ?? malformed('a reason for revocation is none that RFC 5280 has');
}

/** Name of the reason in the value of a reason code extension. @throws SignError `ERR_MALFORMED` */
export function reasonCode(value: Uint8Array): string {
  const element = readDer(value, 0, value.byteLength, 'reason code');
  if (element.tag !== enumerated || element.end !== value.byteLength) malformed('a reason code is no ENUMERATED');
  return reasonOf(value.subarray(element.contents));
}

/** Milliseconds in the value of an invalidity date extension (RFC 5280 §5.3.2). @throws SignError `ERR_MALFORMED` */
export function invalidityDate(value: Uint8Array): number {
  const element = readDer(value, 0, value.byteLength, 'invalidity date');
  if (element.end !== value.byteLength) malformed('an invalidity date has bytes behind it');
  return generalizedTimeOf(value, element);
}

/** Whether a signature of a time that an authority vouches for was made before the key became invalid (`notation.md` §10.1, §10.2). */
export function spares(invalidity: number | undefined, authenticSigningTime: number | undefined): boolean {
  return invalidity !== undefined && authenticSigningTime !== undefined && authenticSigningTime < invalidity;
}
