import type { KeyObject } from 'node:crypto';
import {
  type DerElement,
  type KeySpec,
  keySpecOf,
  ownBytes,
  type SignatureAlgorithm,
  SignError,
  scanDer,
  sha256Hex,
} from '@securosys/core';
import type {
  BasicConstraintsExtension,
  CertificateExtension,
  CertificateExtensions,
  ExtendedKeyUsageExtension,
  KeyUsageExtension,
} from './extensions.js';
import { nameText, parseName, type RelativeName } from './names.js';
import { publicKeyOfSpki } from './public-key.js';
import { DerReader, malformed, tags } from './reader.js';
import { algorithmOfIdentifier } from './signature-algorithms.js';
import { extensionsOf, isVersion3, serialOf, validityOf } from './tbs-fields.js';

/** Largest certificate that is looked at, in bytes. */
export const maxCertificateBytes = 64 * 1024;

/**
 * An X.509 certificate (RFC 5280 §4.1) of version 1 or 3, read strictly. Nothing in it has been checked against a key or a clock.
 * Its byte arrays are views of `der`, which is a copy of what was parsed.
 */
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

/** Whether a value that a caller gave looks like what {@link parseCertificate} gives. */
export function isCertificate(value: unknown): value is Certificate {
  const { der, tbs } = (value ?? {}) as { der?: unknown; tbs?: unknown };
  return der instanceof Uint8Array && tbs instanceof Uint8Array;
}

/** Fields are written out one by one: an object spread together costs more than reading the certificate. */
class ParsedCertificate implements Certificate {
  readonly der: Uint8Array;
  readonly tbs: Uint8Array;
  readonly signature: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithm | undefined;
  readonly signatureOid: string;
  readonly spki: Uint8Array;
  readonly subjectDer: Uint8Array;
  readonly issuerDer: Uint8Array;
  readonly subject: readonly RelativeName[];
  readonly notBefore: number;
  readonly notAfter: number;
  readonly serial: string;
  readonly extensions: readonly CertificateExtension[];
  readonly keyUsage?: KeyUsageExtension;
  readonly basicConstraints?: BasicConstraintsExtension;
  readonly extendedKeyUsage?: ExtendedKeyUsageExtension;
  readonly policies: readonly string[];
  readonly ocspUrls: readonly string[];
  readonly crlUrls: readonly string[];
  readonly hasRevocationInfo: boolean;
  readonly unknownCritical: readonly string[];
  #publicKey: KeyObject | undefined;
  #subjectText: string | undefined;
  #thumbprint: string | undefined;

  constructor(bytes: Uint8Array, outer: DerElement) {
    const certificate = new DerReader(bytes, outer, 'certificate');
    const tbsElement = certificate.take(tags.sequence);
    const algorithm = certificate.take(tags.sequence);
    const bits = certificate.contents(certificate.take(tags.bitString));
    certificate.end();
    if (bits[0] !== 0) malformed('signature has unused bits');
    this.der = bytes;
    this.tbs = certificate.whole(tbsElement);
    this.signature = bits.subarray(1);
    this.signatureAlgorithm = algorithmOfIdentifier(certificate.whole(algorithm));
    this.signatureOid = certificate.inside(algorithm, 'signature algorithm').oid();

    const tbs = certificate.inside(tbsElement);
    const version3 = isVersion3(tbs);
    this.serial = serialOf(tbs);
    if (!tbs.same(tbs.take(tags.sequence), algorithm)) malformed('inner and outer signature algorithm differ');
    const issuer = tbs.take(tags.sequence);
    const { notBefore, notAfter } = validityOf(tbs);
    const subject = tbs.take(tags.sequence);
    this.notBefore = notBefore;
    this.notAfter = notAfter;
    this.issuerDer = tbs.whole(issuer);
    this.subjectDer = tbs.whole(subject);
    this.subject = parseName(this.subjectDer);
    // The issuer's name is only compared, but it must be one.
    if (!tbs.same(issuer, subject)) parseName(this.issuerDer);
    this.spki = tbs.whole(tbs.take(tags.sequence));

    const extensions = extensionsOf(tbs, version3);
    tbs.end();
    this.extensions = extensions.extensions;
    this.keyUsage = extensions.keyUsage;
    this.basicConstraints = extensions.basicConstraints;
    this.extendedKeyUsage = extensions.extendedKeyUsage;
    this.policies = extensions.policies;
    this.ocspUrls = extensions.ocspUrls;
    this.crlUrls = extensions.crlUrls;
    this.hasRevocationInfo = extensions.hasRevocationInfo;
    this.unknownCritical = extensions.unknownCritical;
  }

  get publicKey(): KeyObject {
    this.#publicKey ??= publicKeyOfSpki(this.spki);
    return this.#publicKey;
  }

  get spec(): KeySpec | undefined {
    return keySpecOf(this.publicKey);
  }

  get subjectText(): string {
    this.#subjectText ??= nameText(this.subject);
    return this.#subjectText;
  }

  get thumbprint(): string {
    this.#thumbprint ??= sha256Hex(this.der);
    return this.#thumbprint;
  }
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
  return new ParsedCertificate(bytes, outer);
}
