import { createOcspCache } from './ocsp-cache.js';
import type { RevocationChecker } from './report.js';
import { type RevocationCheckerOptions, revocationSettings } from './settings.js';

/**
 * Asks the servers that certificates name whether these were revoked: OCSP, then CRL (`notation.md` §10; RFC 6960, RFC 5280 §6.3). Only
 * public hosts are asked, over http, and no redirect is followed (S26). Stricter than the Notation programs unless an option says otherwise.
 *
 * @example
 * ```ts
 * import { createMemoryCrlCache, createRevocationChecker, parseCertificates } from '@securosys/pki';
 * declare const pem: Uint8Array;
 * const checker = createRevocationChecker({ cache: createMemoryCrlCache() });
 * const { status, certificates } = await checker.check(parseCertificates(pem), { purpose: 'code-signing' });
 * for (const { certificate, sources } of certificates)
 *   for (const { url, error } of sources) if (error) console.log(certificate.subjectText, url, error.details.rule);
 * console.log(status);
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function createRevocationChecker(options: RevocationCheckerOptions = {}): RevocationChecker {
  const settings = revocationSettings(options);
  const cache = createOcspCache(settings.ocspCacheEntries);
  return {
    async check(chain, callOptions) {
      // Most chains name nobody to ask: whoever verifies those reads none of this.
      const { checkChain } = await import('./check-chain.js');
      return checkChain(settings, cache, chain, callOptions);
    },
  };
}
