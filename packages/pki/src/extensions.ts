import { basicConstraints, crlUrls, type KeyUsageBit, keyPurposes, keyUsage, ocspUrls, policies } from './extension-values.js';
import { type DerReader, malformed, tags } from './reader.js';

/** Key usage, RFC 5280 §4.2.1.3. */
export interface KeyUsageExtension {
  readonly critical: boolean;
  readonly bits: ReadonlySet<KeyUsageBit>;
}

/** Basic constraints, RFC 5280 §4.2.1.9; `pathLen` counts the CA certificates that may follow. */
export interface BasicConstraintsExtension {
  readonly critical: boolean;
  readonly ca: boolean;
  readonly pathLen?: number;
}

/** Extended key usage, RFC 5280 §4.2.1.12. */
export interface ExtendedKeyUsageExtension {
  readonly critical: boolean;
  /** Dotted object identifiers. */
  readonly oids: readonly string[];
}

/** One extension as it stands in a certificate (RFC 5280 §4.2), or in a request for one. */
export interface CertificateExtension {
  /** Dotted object identifier. */
  readonly oid: string;
  readonly critical: boolean;
  /** Contents of the OCTET STRING. */
  readonly value: Uint8Array;
}

/** What the extensions of a certificate say, as far as anything here asks. */
export interface CertificateExtensions {
  /** All of them, in their order. */
  readonly extensions: readonly CertificateExtension[];
  readonly keyUsage?: KeyUsageExtension;
  readonly basicConstraints?: BasicConstraintsExtension;
  readonly extendedKeyUsage?: ExtendedKeyUsageExtension;
  /** Certificate policies, dotted object identifiers. */
  readonly policies: readonly string[];
  /** OCSP responders of the authority information access. */
  readonly ocspUrls: readonly string[];
  /** URLs of the CRL distribution points. */
  readonly crlUrls: readonly string[];
  /** Whether the certificate names any source of revocation, also one without a URL. */
  readonly hasRevocationInfo: boolean;
  /** Object identifiers of critical extensions that nothing here understands. */
  readonly unknownCritical: readonly string[];
}

const maxExtensions = 64;

/**
 * Takes `Extensions` (RFC 5280 §4.2) apart. One extension of a kind at most.
 * @param extensions over the elements of the SEQUENCE OF
 * @throws SignError `ERR_MALFORMED`
 */
export function readExtensions(extensions: DerReader): CertificateExtension[] {
  const out: CertificateExtension[] = [];
  const seen = new Set<string>();
  while (extensions.more) {
    const extension = extensions.enter(tags.sequence, 'extension');
    const oid = extension.oid();
    const critical = extension.optionalTrue();
    const value = extension.contents(extension.take(tags.octetString));
    extension.end();
    if (seen.has(oid)) malformed('an extension occurs twice');
    if (seen.add(oid).size > maxExtensions) malformed(`over ${maxExtensions} extensions`);
    out.push({ oid, critical, value });
  }
  return out;
}

/** What extensions say; unknown ones that are not critical are ignored. @throws SignError `ERR_MALFORMED` */
export function parseExtensions(extensions: readonly CertificateExtension[]): CertificateExtensions {
  const out: { -readonly [K in keyof CertificateExtensions]: CertificateExtensions[K] } = {
    extensions,
    policies: [],
    ocspUrls: [],
    crlUrls: [],
    hasRevocationInfo: false,
    unknownCritical: [],
  };
  const unknownCritical: string[] = [];
  for (const { oid, critical, value } of extensions)
    switch (oid) {
      case '2.5.29.15':
        out.keyUsage = { critical, bits: keyUsage(value) };
        break;
      case '2.5.29.19':
        out.basicConstraints = { critical, ...basicConstraints(value) };
        break;
      case '2.5.29.37':
        out.extendedKeyUsage = { critical, oids: keyPurposes(value) };
        break;
      case '2.5.29.32':
        out.policies = policies(value);
        break;
      case '1.3.6.1.5.5.7.1.1': {
        const { urls, named } = ocspUrls(value);
        out.ocspUrls = urls;
        out.hasRevocationInfo ||= named;
        break;
      }
      case '2.5.29.31':
        out.crlUrls = crlUrls(value);
        out.hasRevocationInfo = true;
        break;
      default:
        // A delta CRL source alone (RFC 5280 §4.2.1.15) is a source of revocation too.
        out.hasRevocationInfo ||= oid === '2.5.29.46';
        if (critical) unknownCritical.push(oid);
    }
  out.unknownCritical = unknownCritical;
  return out;
}
