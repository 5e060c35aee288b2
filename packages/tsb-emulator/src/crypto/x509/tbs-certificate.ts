import { randomBytes } from 'node:crypto';
import type * as X509 from '@peculiar/asn1-x509';
import { concatBytes, derWrap, hashBytes } from '@securosys/core';
import { failure } from '../../failure.js';
import { type Asn1, buffer } from './asn1.js';
import { keyIdentifiers } from './extensions.js';

/** A certificate to be signed. */
export interface TbsOptions {
  readonly subject: X509.Name;
  /** SubjectPublicKeyInfo DER. */
  readonly spki: Uint8Array;
  readonly issuer: X509.Name;
  readonly issuerSpki: Uint8Array;
  /** What the issuer's own certificate calls its key; absent: as {@link keyIdentifier} has it. */
  readonly issuerKeyId?: Uint8Array | undefined;
  /** `AlgorithmIdentifier` DER. */
  readonly algorithm: Uint8Array;
  /** Seconds since 1970. */
  readonly notBefore: number;
  readonly days: number;
  readonly extensions: readonly X509.Extension[];
}

const daySeconds = 86_400;
/** The first second that no certificate can name (RFC 5280 §4.1.2.5). */
const endOfTime = Date.UTC(10_000, 0) / 1000;

/** First 160 bits of SHA-256 over the public key bits (RFC 7093 §2 method 1), as `pki` has it. */
export function keyIdentifier({ AsnConvert, x509 }: Asn1, spki: Uint8Array): Uint8Array {
  const bits = AsnConvert.parse(spki, x509.SubjectPublicKeyInfo).subjectPublicKey;
  return hashBytes('sha256', new Uint8Array(bits)).slice(0, 20);
}

/** Positive, unpredictable and never zero (RFC 5280 §4.1.2.2). */
function serialNumber(): Uint8Array {
  const bytes = Uint8Array.from(randomBytes(20));
  bytes[0] = ((bytes[0] as number) & 0x3f) | 0x40;
  return bytes;
}

/** DER of the `TBSCertificate`. @throws SignError with the TSB error 600 for a validity beyond the year 9999 */
export function buildTbs(asn1: Asn1, options: TbsOptions): Uint8Array<ArrayBuffer> {
  const { AsnConvert, x509 } = asn1;
  const { subject, issuer, spki, issuerSpki, notBefore, days } = options;
  if (notBefore + days * daySeconds >= endOfTime) throw failure(600, 'validity goes beyond the year 9999');
  const issuerId = options.issuerKeyId ?? keyIdentifier(asn1, issuerSpki);
  const tbs = new x509.TBSCertificate({
    version: x509.Version.v3,
    serialNumber: buffer(serialNumber()),
    signature: AsnConvert.parse(options.algorithm, x509.AlgorithmIdentifier),
    issuer,
    validity: new x509.Validity({
      notBefore: new Date(notBefore * 1000),
      notAfter: new Date((notBefore + days * daySeconds) * 1000),
    }),
    subject,
    subjectPublicKeyInfo: AsnConvert.parse(spki, x509.SubjectPublicKeyInfo),
    extensions: new x509.Extensions([...options.extensions, ...keyIdentifiers(asn1, keyIdentifier(asn1, spki), issuerId)]),
  });
  return new Uint8Array(AsnConvert.serialize(tbs));
}

/** `SIGNED{ToBeSigned}` (X.509 §6.2.1): a certificate or a certification request. */
export function signedDer(tbs: Uint8Array, algorithm: Uint8Array, signature: Uint8Array): Uint8Array<ArrayBuffer> {
  const bits = derWrap(0x03, concatBytes(Uint8Array.of(0), signature));
  return derWrap(0x30, concatBytes(tbs, algorithm, bits));
}
