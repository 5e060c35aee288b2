import type { CallOptions, SignError } from '@securosys/core';
import type { Certificate } from '../certificate.js';
import type { ChainPurpose } from '../chain-rules.js';

/** What asking about one certificate came to (`notation.md` §10). `non-revokable`: the root, or one that names nobody to ask. */
export type RevocationStatus = 'ok' | 'non-revokable' | 'unknown' | 'revoked';

/** One server that was asked about one certificate, or the cache that answered for it. */
export interface RevocationSource {
  readonly url: string;
  readonly method: 'ocsp' | 'crl';
  readonly status: Exclude<RevocationStatus, 'non-revokable'>;
  /** Why the status is unknown; `details.rule` is a `RevocationFault` where an answer, or a URL, is at fault. */
  readonly error?: SignError;
  /** The answer came out of a cache. */
  readonly cached?: boolean;
}

/** What is known about one certificate of a chain. */
export interface CertificateRevocation {
  readonly certificate: Certificate;
  readonly status: RevocationStatus;
  /** What decided; `ocsp-fallback-crl` when OCSP gave no answer and the CRL stands for it. */
  readonly method: 'none' | 'ocsp' | 'crl' | 'ocsp-fallback-crl';
  /** Milliseconds since 1970, of a revoked certificate. */
  readonly revokedAt?: number;
  /** RFC 5280 CRLReason by name, of a revoked certificate. */
  readonly reason?: string;
  /** In the order in which they were asked. */
  readonly sources: readonly RevocationSource[];
}

/** What is known about a chain: revoked if any certificate is, else unknown if any is, else ok. */
export interface RevocationReport {
  readonly status: 'ok' | 'unknown' | 'revoked';
  /** Leaf first. */
  readonly certificates: readonly CertificateRevocation[];
}

/** What a chain is asked about for. */
export interface RevocationCheckOptions extends CallOptions {
  purpose: ChainPurpose;
  /** Milliseconds since 1970, when an authority vouches for it (scheme `notary.x509.signingAuthority`): invalidity dates are compared with it. */
  authenticSigningTime?: number;
}

/** Asks whether certificates were revoked. Callers ask only about chains that reach a trust store (S26). */
export interface RevocationChecker {
  /**
   * @param chain leaf first, root last, held to the rules of §8 already
   * @param options `timeoutMs` is 30,000 by default; what is cut off by it is unknown
   * @throws SignError `ERR_INVALID_ARGUMENT`; the reason of `options.signal`. Whatever servers do wrong is a status, never an error
   */
  check(chain: readonly Certificate[], options: RevocationCheckOptions): Promise<RevocationReport>;
}
