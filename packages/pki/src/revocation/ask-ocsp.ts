import { hexText, nodeCrypto, ownBytes, SignError } from '@securosys/core';
import type { Certificate } from '../certificate.js';
import { type Asked, askCrl, withoutAnswer } from './ask-crl.js';
import { certIdOf } from './cert-id.js';
import { download, type Inquiry } from './download.js';
import { faultError } from './fault.js';
import { maxUrls } from './load-crl.js';
import type { OcspCache } from './ocsp-cache.js';
import { ocspRequest, ocspRequestDer } from './ocsp-request.js';
import { maxOcspBytes } from './ocsp-response.js';
import { type Answer, type CheckedOcsp, checkOcsp } from './ocsp-status.js';
import type { RevocationSource } from './report.js';

/** One certificate to ask about. */
export interface OcspSubject {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
}

function held(inquiry: Inquiry, subject: OcspSubject, der: Uint8Array, nonce?: Uint8Array): CheckedOcsp {
  const { settings, now, authenticSigningTime } = inquiry;
  return checkOcsp(der, {
    ...subject,
    now,
    delegates: settings.ocspDelegate,
    ...(nonce && { nonce }),
    ...(authenticSigningTime !== undefined && { authenticSigningTime }),
  });
}

/**
 * Whether a responder's own certificate was revoked, asked only when it lacks `id-pkix-ocsp-nocheck`, and only by CRL: by OCSP the question
 * would never end. One that names no source at all is left to its short life (RFC 6960 §4.2.2.2.1).
 * @throws SignError `ERR_NOT_TRUSTED` with `details.rule` `ocsp-responder-revocation`
 */
async function checkDelegate(inquiry: Inquiry, delegate: Certificate, issuer: Certificate): Promise<void> {
  if (!delegate.hasRevocationInfo) return;
  // An invalidity date is about the signature in question, not about who answers.
  const { answer, sources } = await askCrl({ ...inquiry, authenticSigningTime: undefined }, delegate, issuer);
  if (answer?.status === 'ok') return;
  const why = answer ? 'was revoked' : 'may have been revoked';
  const cause = sources.find(({ error }) => error)?.error;
  throw faultError('ocsp-responder-revocation', `the responder’s certificate ${why}`, { ...(cause && { cause }) });
}

async function cachedAnswer(inquiry: Inquiry, subject: OcspSubject, cache: OcspCache, key: string): Promise<Answer | undefined> {
  const der = cache.get(key);
  if (!der) return undefined;
  try {
    const { answer, delegate } = held(inquiry, subject, der);
    if (delegate) await checkDelegate(inquiry, delegate, subject.issuer);
    return answer;
  } catch (error) {
    if (!SignError.is(error)) throw error;
    cache.delete(key);
    return undefined;
  }
}

async function freshAnswer(inquiry: Inquiry, subject: OcspSubject, server: string): Promise<{ answer: Answer; der: Uint8Array }> {
  const { settings } = inquiry;
  const nonce = settings.ocspNonce ? ownBytes(nodeCrypto().randomBytes(32)) : undefined;
  const { method, url, body } = ocspRequest(server, ocspRequestDer(subject.certificate, subject.issuer, nonce));
  const type: Record<string, string> = body ? { 'content-type': 'application/ocsp-request' } : {};
  const der = await download(inquiry, {
    server,
    url,
    method,
    headers: { accept: 'application/ocsp-response', ...type },
    ...(body && { body }),
    maxBytes: maxOcspBytes,
    timeoutMs: settings.ocspTimeoutMs,
  });
  const { answer, delegate } = held(inquiry, subject, der, nonce);
  if (delegate) await checkDelegate(inquiry, delegate, subject.issuer);
  return { answer, der };
}

async function askServer(
  inquiry: Inquiry,
  subject: OcspSubject,
  server: string,
  cache: OcspCache,
): Promise<{ answer: Answer; cached: boolean }> {
  inquiry.call.check();
  // A nonce asks for an answer of this moment.
  const { ocspNonce, ocspCacheEntries } = inquiry.settings;
  const key = `${server} ${hexText(certIdOf(subject.certificate, subject.issuer))}`;
  const caches = ocspCacheEntries > 0 && !ocspNonce;
  const kept = caches ? await cachedAnswer(inquiry, subject, cache, key) : undefined;
  if (kept) return { answer: kept, cached: true };
  const { answer, der } = await freshAnswer(inquiry, subject, server);
  if (caches) cache.set(key, der);
  return { answer, cached: false };
}

/** Asks the responders in order; the first that says good, revoked or, in so many words, unknown decides (`notation.md` §10.1). */
export async function askOcsp(inquiry: Inquiry, subject: OcspSubject, cache: OcspCache): Promise<Asked> {
  const sources: RevocationSource[] = [];
  for (const url of [...new Set(subject.certificate.ocspUrls)].slice(0, maxUrls)) {
    try {
      const { answer, cached } = await askServer(inquiry, subject, url, cache);
      sources.push({ url, method: 'ocsp', status: answer.status, ...(cached && { cached }) });
      return { answer, sources };
    } catch (error) {
      sources.push(withoutAnswer(inquiry, url, 'ocsp', error));
      if (SignError.is(error) && error.details.rule === 'ocsp-unknown') break;
    }
  }
  return { sources };
}
