import { sanitizeText } from '@securosys/core';
import type { Certificate, RevocationReport, RevocationStatus, VerifiedTimestamp } from '@securosys/pki';
import type { VerificationCapability } from '../plugin/contract.js';

/** The trust anchor that a chain reaches. */
export interface AnchorFound {
  /** `{type}:{name}` of the store that holds it. */
  readonly store: string;
  /** SHA-256 of the certificate, lower-case hex. */
  readonly thumbprint: string;
}

/** What one server, or the cache in its place, said of a certificate. */
export interface RevocationSourceSummary {
  readonly url: string;
  readonly method: 'ocsp' | 'crl';
  readonly status: Exclude<RevocationStatus, 'non-revokable'>;
  readonly cached: boolean;
  /** Why the status is unknown. */
  readonly error?: string;
}

/** What was found about one certificate. */
export interface CertificateRevocationSummary {
  /** RFC 4514 text, made safe to show. */
  readonly subject: string;
  /** SHA-256, lower-case hex. */
  readonly thumbprint: string;
  readonly status: RevocationStatus;
  readonly method: 'none' | 'ocsp' | 'crl' | 'ocsp-fallback-crl';
  /** Milliseconds since 1970. */
  readonly revokedAt?: number;
  /** RFC 5280 CRLReason by name. */
  readonly reason?: string;
  readonly sources: readonly RevocationSourceSummary[];
}

/** What was found about a chain, in plain data. */
export interface RevocationSummary {
  readonly status: 'ok' | 'unknown' | 'revoked';
  /** Leaf first. */
  readonly certificates: readonly CertificateRevocationSummary[];
}

/** A verified timestamp of a signature, in plain data. */
export interface TimestampFound {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Milliseconds around `time` within which the time lies. */
  readonly accuracyMs: number;
  /** Dotted object identifier of the authority's policy. */
  readonly policy: string;
  /** Lower-case hex. */
  readonly serial: string;
  readonly hash: VerifiedTimestamp['hash'];
  /** RFC 4514 text of the authority's certificate, made safe to show. */
  readonly authority: string;
  /** The root that the authority's chain reaches. */
  readonly anchor: AnchorFound;
  /** What was found about the authority's chain; absent when its certificates name nobody to ask. */
  readonly revocation?: RevocationSummary;
}

/** The verification plugin that a signature names, and what it decided. */
export interface PluginVerdict {
  readonly name: string;
  /** Semantic version of the installed plugin. */
  readonly version: string;
  /** What it was asked for. */
  readonly capabilities: readonly VerificationCapability[];
  /** Its own words, made safe to show. */
  readonly reason?: string;
}

const shown = (text: string): string => sanitizeText(text, 1_000);

/** Subject of a certificate as it may be shown. */
export const subjectOf = (certificate: Certificate): string => shown(certificate.subjectText);

/** A report without certificates and errors as objects: what goes into logs and answers of services. */
export function summaryOf({ status, certificates }: RevocationReport): RevocationSummary {
  return {
    status,
    certificates: certificates.map(({ certificate, sources, ...rest }) => ({
      subject: subjectOf(certificate),
      thumbprint: certificate.thumbprint,
      status: rest.status,
      method: rest.method,
      ...(rest.revokedAt !== undefined && { revokedAt: rest.revokedAt }),
      ...(rest.reason !== undefined && { reason: shown(rest.reason) }),
      sources: sources.map(({ url, method, status: answer, error, cached }) => ({
        url: shown(url),
        method,
        status: answer,
        cached: cached === true,
        ...(error && { error: shown(error.message) }),
      })),
    })),
  };
}
