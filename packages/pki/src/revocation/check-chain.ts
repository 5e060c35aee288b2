import { equalBytes, invalidArgument, knownOptions, sanitizeText } from '@securosys/core';
import { withCall } from '@securosys/transport';
import type { Certificate } from '../certificate.js';
import { issuedBy } from '../issuance.js';
import { type Asked, askCrl } from './ask-crl.js';
import { askOcsp } from './ask-ocsp.js';
import type { Inquiry } from './download.js';
import type { OcspCache } from './ocsp-cache.js';
import type { CertificateRevocation, RevocationCheckOptions, RevocationReport } from './report.js';
import type { RevocationSettings } from './settings.js';

const defaultTimeoutMs = 30_000;
const maxChain = 16;

function judged(
  certificate: Certificate,
  method: CertificateRevocation['method'],
  { answer, sources }: Asked,
): CertificateRevocation {
  const { status = 'unknown', revokedAt, reason } = answer ?? {};
  const revoked = { ...(revokedAt !== undefined && { revokedAt }), ...(reason !== undefined && { reason }) };
  return { certificate, status, method, ...revoked, sources };
}

async function askAbout(inquiry: Inquiry, certificate: Certificate, issuer: Certificate, cache: OcspCache) {
  const { ocspUrls, crlUrls, hasRevocationInfo } = certificate;
  if (ocspUrls.length > 0) {
    const ocsp = await askOcsp(inquiry, { certificate, issuer }, cache);
    if (ocsp.answer || crlUrls.length === 0) return judged(certificate, 'ocsp', ocsp);
    const crl = await askCrl(inquiry, certificate, issuer);
    return judged(certificate, 'ocsp-fallback-crl', { ...crl, sources: [...ocsp.sources, ...crl.sources] });
  }
  if (crlUrls.length > 0) return judged(certificate, 'crl', await askCrl(inquiry, certificate, issuer));
  const subject = sanitizeText(certificate.subjectText, 120);
  if (hasRevocationInfo) inquiry.warn('a certificate says where to ask about it in ways that are not supported', { subject });
  else inquiry.warn('a certificate names nobody to ask about it', { subject });
  return { certificate, status: hasRevocationInfo ? 'unknown' : 'non-revokable', method: 'none', sources: [] } as const;
}

/** The results of `work` for each item, at most `limit` of them at the same time. */
async function bounded<T, R>(items: readonly T[], limit: number, work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const out: R[] = [];
  const left = items.entries();
  const worker = async () => {
    for (const [index, item] of left) out[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return out;
}

function checkArguments(chain: readonly Certificate[], options: RevocationCheckOptions): void {
  knownOptions('check', options, ['purpose', 'authenticSigningTime', 'signal', 'timeoutMs', 'logger']);
  const { purpose, authenticSigningTime: time } = options;
  if (purpose !== 'code-signing' && purpose !== 'timestamping') invalidArgument("purpose is 'code-signing' or 'timestamping'");
  if (time !== undefined && !Number.isFinite(time)) invalidArgument('authenticSigningTime is a number of milliseconds');
  if (time !== undefined && purpose === 'timestamping')
    invalidArgument('an authority of timestamps vouches for no signing time of its own');
  if (!Array.isArray(chain) || chain.length === 0 || chain.length > maxChain)
    invalidArgument(`a chain of 1 to ${maxChain} certificates is needed`);
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index + 1];
    if (issuer ? !issuedBy(certificate, issuer) : !equalBytes(certificate.subjectDer, certificate.issuerDer))
      invalidArgument('the chain is none: each certificate is issued by the next, and the last by itself');
  }
}

function aggregate(certificates: readonly CertificateRevocation[]): RevocationReport {
  const any = (status: CertificateRevocation['status']) => certificates.some((one) => one.status === status);
  return { status: any('revoked') ? 'revoked' : any('unknown') ? 'unknown' : 'ok', certificates };
}

/** What `RevocationChecker.check` does, by the settings of a checker and with what it keeps. */
export async function checkChain(
  settings: RevocationSettings,
  cache: OcspCache,
  chain: readonly Certificate[],
  options: RevocationCheckOptions,
): Promise<RevocationReport> {
  checkArguments(chain, options);
  const { signal, authenticSigningTime } = options;
  const logger = options.logger ?? settings.logger;
  return withCall(settings.clock, defaultTimeoutMs, options, async (call) => {
    const now = settings.clock.now();
    if (!Number.isFinite(now)) invalidArgument('the clock gives no time, so nothing can be judged');
    const warn: Inquiry['warn'] = (message, fields) => logger?.warn(message, fields);
    const inquiry: Inquiry = { settings, call, signal, now, authenticSigningTime, warn };
    const results = await bounded(chain, settings.maxConcurrency, async (certificate, index) => {
      const issuer = chain[index + 1];
      if (!issuer) return { certificate, status: 'non-revokable', method: 'none', sources: [] } as const;
      return askAbout(inquiry, certificate, issuer, cache);
    });
    signal?.throwIfAborted();
    return aggregate(results);
  });
}
