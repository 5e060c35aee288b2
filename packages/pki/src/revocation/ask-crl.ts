import { SignError } from '@securosys/core';
import type { Certificate } from '../certificate.js';
import { crlAnswer } from './crl-status.js';
import type { Inquiry } from './download.js';
import { loadCrl, maxUrls } from './load-crl.js';
import type { Answer } from './ocsp-status.js';
import type { RevocationSource } from './report.js';

/** What asking came to; without an answer the status is unknown. */
export interface Asked {
  readonly answer?: Answer;
  readonly sources: readonly RevocationSource[];
}

/** The source of a server that gave no answer. */
export function withoutAnswer(
  inquiry: Inquiry,
  url: string,
  method: RevocationSource['method'],
  error: unknown,
): RevocationSource {
  // Who aborted wants no report; the deadline of the whole call is a status like any other.
  inquiry.signal?.throwIfAborted();
  if (!SignError.is(error)) throw error;
  return { url, method, status: 'unknown', error };
}

async function askPoint(
  inquiry: Inquiry,
  url: string,
  certificate: Certificate,
  issuer: Certificate,
): Promise<{ readonly answer?: Answer; readonly source: RevocationSource }> {
  try {
    inquiry.call.check();
    const { bundle, cached } = await loadCrl(inquiry, url, certificate, issuer);
    const answer = crlAnswer(bundle, certificate, certificate.crlUrls, inquiry.authenticSigningTime);
    return { answer, source: { url, method: 'crl', status: answer.status, ...(cached && { cached }) } };
  } catch (error) {
    return { source: withoutAnswer(inquiry, url, 'crl', error) };
  }
}

/**
 * Asks the CRL distribution points in order. Revoked at any of them is revoked. Without the option `crlPoints: 'first'` all of them have to
 * answer (`notation.md` §20.4 row 29): a network that holds back one CRL could otherwise choose which one decides.
 */
export async function askCrl(inquiry: Inquiry, certificate: Certificate, issuer: Certificate): Promise<Asked> {
  const sources: RevocationSource[] = [];
  const first = inquiry.settings.crlPoints === 'first';
  const urls = [...new Set(certificate.crlUrls)];
  let good: Answer | undefined;
  for (const url of urls.slice(0, maxUrls)) {
    const { answer, source } = await askPoint(inquiry, url, certificate, issuer);
    sources.push(source);
    if (answer?.status === 'revoked' || (answer && first)) return { answer, sources };
    good ??= answer;
  }
  const all = urls.length <= maxUrls && sources.every(({ status }) => status === 'ok');
  return good && all ? { answer: good, sources } : { sources };
}
