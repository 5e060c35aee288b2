import type { KeyObject } from 'node:crypto';
import {
  hexText,
  type KeySpec,
  keySpecOf,
  ownBytes,
  type SignatureAlgorithm,
  SignError,
  scanDer,
  sha256Hex,
} from '@securosys/core';
import { type CertificateExtensions, parseExtensions } from './extensions.js';
import { nameText, parseName, type RelativeName } from './names.js';
import { publicKeyOfSpki } from './public-key.js';
import { DerReader, malformed, tags, unsignedInteger } from './reader.js';
import { algorithmOfIdentifier } from './signature-algorithms.js';
import { timeOf } from './times.js';

/** Largest certificate that is looked at, in bytes. */
export const maxCertificateBytes = 64 * 1024;

/** An X.509 certificate (RFC 5280 §4.1) of version 1 or 3, read strictly. Nothing in it has been checked against a key or a clock. */
export interface Certificate extends CertificateExtensions {
  /** The whole certificate. */
  readonly der: Uint8Array;
  /** TBSCertificate, the bytes that the signature covers. */
  readonly tbs: Uint8Array;
  /** Contents of the signature BIT STRING: ECDSA as DER, everything else as the algorithm makes it. */
  readonly signature: Uint8Array;
  /** `undefined` for an algorithm, or parameters, that no certificate here may be signed with. */
  readonly signatureAlgorithm: SignatureAlgorithm | undefined;
  /** Dotted object identifier of the signature algorithm. */
  readonly signatureOid: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** Made when first asked for. @throws SignError `ERR_MALFORMED` when the runtime cannot read the key */
  readonly publicKey: KeyObject;
  /** `undefined` for a key that no format here uses. @throws SignError `ERR_MALFORMED` as for `publicKey` */
  readonly spec: KeySpec | undefined;
  /** Name, DER. */
  readonly subjectDer: Uint8Array;
  /** Name, DER. */
  readonly issuerDer: Uint8Array;
  /** Relative names in the order of the certificate. */
  readonly subject: readonly RelativeName[];
  /** RFC 4514 text of the subject; foreign text. */
  readonly subjectText: string;
  /** First instant of validity, milliseconds since 1970. */
  readonly notBefore: number;
  /** Last instant of validity, milliseconds since 1970. */
  readonly notAfter: number;
  /** Serial number without sign octet, lower-case hex. */
  readonly serial: string;
  /** SHA-256 of the DER, lower-case hex. */
  readonly thumbprint: string;
}

/** What costs time and is not always wanted is worked out on first use: keys, text, hashes. */
function withLazyParts(fields: Omit<Certificate, 'publicKey' | 'spec' | 'subjectText' | 'thumbprint'>): Certificate {
  let publicKey: KeyObject | undefined;
  let subjectText: string | undefined;
  let thumbprint: string | undefined;
  return {
    ...fields,
    get publicKey() {
      publicKey ??= publicKeyOfSpki(fields.spki);
      return publicKey;
    },
    get spec() {
      return keySpecOf(this.publicKey);
    },
    get subjectText() {
      subjectText ??= nameText(fields.subject);
      return subjectText;
    },
    get thumbprint() {
      thumbprint ??= sha256Hex(fields.der);
      return thumbprint;
    },
  };
}

/** Version 1 is the absent default; version 3 the only other one that is still issued. */
function isVersion3(tbs: DerReader): boolean {
  const wrapped = tbs.optional(tags.context0);
  if (!wrapped) return false;
  const reader = tbs.inside(wrapped);
  const version = reader.contents(reader.take(tags.integer));
  reader.end();
  return version.byteLength === 1 && version[0] === 2 ? true : malformed('unknown version');
}

/** RFC 5280 §4.1.2.2: at most 20 octets; zero is taken, because old roots have it. */
function serialOf(tbs: DerReader): string {
  const number = unsignedInteger(tbs.contents(tbs.take(tags.integer)), 'serial number');
  return number.byteLength <= 20 ? hexText(number) : malformed('serial number over 20 octets');
}

function validityOf(tbs: DerReader): { notBefore: number; notAfter: number } {
  const validity = tbs.enter(tags.sequence, 'validity');
  const notBefore = timeOf(validity.bytes, validity.any());
  const notAfter = timeOf(validity.bytes, validity.any());
  validity.end();
  return notBefore <= notAfter ? { notBefore, notAfter } : malformed('validity ends before it starts');
}

function extensionsOf(tbs: DerReader, version3: boolean): CertificateExtensions {
  const wrapped = tbs.optional(tags.context3);
  if (!wrapped) return parseExtensions(undefined);
  if (!version3) malformed('extensions need version 3');
  const reader = tbs.inside(wrapped, 'extensions');
  const extensions = reader.enter(tags.sequence);
  reader.end();
  if (!extensions.more) malformed('empty extensions');
  return parseExtensions(extensions);
}

/**
 * Reads one DER certificate (RFC 5280 §4.1) without any heavy library: strict DER, versions 1 and 3, no unique identifiers, inner and
 * outer algorithm alike, each extension once, nothing behind the end.
 * @param der at most 64 KiB; copied
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function parseCertificate(der: Uint8Array): Certificate {
  if (der.byteLength > maxCertificateBytes) throw new SignError('ERR_LIMIT', `certificate is over ${maxCertificateBytes} bytes`);
  const bytes = ownBytes(der);
  const outer = scanDer(bytes, { what: 'certificate', maxDepth: 16, maxElements: 2_000 });
  if (outer.tag !== tags.sequence) malformed('it is no SEQUENCE');
  const certificate = new DerReader(bytes, outer, 'certificate');
  const tbsElement = certificate.take(tags.sequence);
  const algorithm = certificate.copy(certificate.take(tags.sequence));
  const bits = certificate.contents(certificate.take(tags.bitString));
  certificate.end();
  if (bits[0] !== 0) malformed('signature has unused bits');

  const tbs = certificate.inside(tbsElement);
  const version3 = isVersion3(tbs);
  const serial = serialOf(tbs);
  if (hexText(tbs.copy(tbs.take(tags.sequence))) !== hexText(algorithm)) malformed('inner and outer signature algorithm differ');
  const algorithmReader = DerReader.whole(algorithm, tags.sequence, 'signature algorithm');
  const issuerDer = tbs.copy(tbs.take(tags.sequence));
  const validity = validityOf(tbs);
  const subjectDer = tbs.copy(tbs.take(tags.sequence));
  const spki = tbs.copy(tbs.take(tags.sequence));
  const extensions = extensionsOf(tbs, version3);
  tbs.end();
  parseName(issuerDer);
  return withLazyParts({
    der: bytes,
    tbs: certificate.copy(tbsElement),
    signature: ownBytes(bits.subarray(1)),
    signatureAlgorithm: algorithmOfIdentifier(algorithm),
    signatureOid: algorithmReader.oid(),
    spki,
    subjectDer,
    issuerDer,
    subject: parseName(subjectDer),
    ...validity,
    serial,
    ...extensions,
  });
}
