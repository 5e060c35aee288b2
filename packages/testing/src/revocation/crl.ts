import { concatBytes } from '@securosys/core';
import {
  enumerated,
  extensions,
  generalizedTime,
  identifierOf,
  integer,
  type RevocationSigner,
  seq,
  signed,
  type TestExtension,
  time,
} from './der.js';

/** RFC 5280 §5.3.1 by name. */
export const crlReasons = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const;

/** One revoked certificate. Times in milliseconds since 1970. */
export interface TestRevocation {
  /** Serial number without sign octet, hex. */
  readonly serial: string;
  readonly at: number;
  readonly reason?: keyof typeof crlReasons;
  readonly invalidAt?: number;
  readonly extensions?: readonly TestExtension[];
}

/** A CRL to be made; everything may be wrong. */
export interface TestCrl {
  readonly signer: RevocationSigner;
  /** Name, DER; default the signer's. */
  readonly issuer?: Uint8Array;
  readonly thisUpdate: number;
  readonly nextUpdate?: number;
  readonly entries?: readonly TestRevocation[];
  readonly number?: number;
  /** Makes it a delta CRL upon this number. */
  readonly deltaOf?: number;
  readonly extensions?: readonly TestExtension[];
  /** DER of `version`; default 2. */
  readonly version?: Uint8Array;
  /** DER of `AlgorithmIdentifier`. */
  readonly identifier?: Uint8Array;
}

function entry({ serial, at, reason, invalidAt, extensions: more = [] }: TestRevocation): Uint8Array {
  const all = [
    ...(reason ? [{ oid: '2.5.29.21', value: enumerated(crlReasons[reason]) }] : []),
    ...(invalidAt === undefined ? [] : [{ oid: '2.5.29.24', value: generalizedTime(invalidAt) }]),
    ...more,
  ];
  return seq(integer(serial), time(at), extensions(all));
}

/** DER of a CRL (RFC 5280 §5.1). */
export function testCrl(crl: TestCrl): Uint8Array {
  const { signer, issuer = signer.certificate.subjectDer, entries = [], number, deltaOf } = crl;
  const identifier = crl.identifier ?? identifierOf(signer);
  const hexOf = (n: number) => integer(n.toString(16));
  const all = [
    ...(number === undefined ? [] : [{ oid: '2.5.29.20', value: hexOf(number) }]),
    ...(deltaOf === undefined ? [] : [{ oid: '2.5.29.27', critical: true, value: hexOf(deltaOf) }]),
    ...(crl.extensions ?? []),
  ];
  const none = new Uint8Array();
  const tbs = seq(
    crl.version ?? integer('01'),
    identifier,
    issuer,
    time(crl.thisUpdate),
    crl.nextUpdate === undefined ? none : time(crl.nextUpdate),
    entries.length > 0 ? seq(concatBytes(...entries.map(entry))) : none,
    extensions(all, 0xa0),
  );
  return signed(tbs, signer, identifier);
}
