import { equalBytes } from '@securosys/core';
import type { Certificate } from '../certificate.js';
import { tags } from '../reader.js';
import { isCertId } from './cert-id.js';
import { faultError, reading } from './fault.js';
import { checkFresh } from './freshness.js';
import { checkResponder, type ResponderQuestion } from './ocsp-responder.js';
import { type OcspResponse, parseOcspResponse, type SingleResponse } from './ocsp-response.js';
import { invalidityDate, spares } from './reasons.js';

/** What an answer says about one certificate. */
export interface Answer {
  readonly status: 'ok' | 'revoked';
  readonly revokedAt?: number;
  readonly reason?: string;
}

/** What a response is held against. */
export interface OcspQuestion extends ResponderQuestion {
  /** What the answer must echo. */
  readonly nonce?: Uint8Array;
  readonly authenticSigningTime?: number;
}

/** A response that was found sound, and what remains to be looked at. */
export interface CheckedOcsp {
  readonly answer: Answer;
  /** Milliseconds since 1970. */
  readonly nextUpdate: number;
  /** A responder whose own revocation decides whether the answer counts. */
  readonly delegate?: Certificate;
}

const nonceOid = '1.3.6.1.5.5.7.48.1.2';
const invalidityOid = '2.5.29.24';

function checkExtensions({ extensions }: OcspResponse, nonce: Uint8Array | undefined): void {
  if (extensions.some(({ oid, critical }) => critical && oid !== nonceOid))
    throw faultError('critical-extension', 'the OCSP response has a critical extension that nothing here understands');
  if (!nonce) return;
  const value = extensions.find(({ oid }) => oid === nonceOid)?.value;
  const wrapped = Uint8Array.of(tags.octetString, nonce.byteLength, ...nonce);
  if (!value || !equalBytes(value, wrapped))
    throw faultError('ocsp-nonce', 'the OCSP response does not answer this very question');
}

/** The one answer about the certificate: two about the same could differ. */
function theSingle({ responses }: OcspResponse, { certificate, issuer }: OcspQuestion): SingleResponse {
  const [single, more] = responses.filter(({ certId }) => isCertId(certId, certificate, issuer));
  if (!single) throw faultError('ocsp-other-certificate', 'the OCSP response is about another certificate');
  if (more) throw faultError('malformed', 'the OCSP response answers twice', { code: 'ERR_MALFORMED' });
  return single;
}

function answerOf(single: SingleResponse, { authenticSigningTime }: OcspQuestion): Answer {
  if (single.status === 'good') return { status: 'ok' };
  if (single.status === 'unknown') throw faultError('ocsp-unknown', 'the responder does not know the certificate');
  const value = single.extensions.find(({ oid }) => oid === invalidityOid)?.value;
  if (spares(value && invalidityDate(value), authenticSigningTime)) return { status: 'ok' };
  return { status: 'revoked', revokedAt: single.revokedAt ?? 0, ...(single.reason !== undefined && { reason: single.reason }) };
}

/**
 * Holds an OCSP response against the question (RFC 6960 §3.2, `notation.md` §10.1), stricter than the Go implementation: who answers must have
 * been appointed to, and the issuer's name and key must be those of the question.
 * @throws SignError with `details.rule` whenever it answers nothing
 */
export function checkOcsp(der: Uint8Array, question: OcspQuestion): CheckedOcsp {
  const response = parseOcspResponse(der);
  return reading('OCSP response', () => {
    const { now } = question;
    const delegate = checkResponder(response, question);
    checkExtensions(response, question.nonce);
    const single = theSingle(response, question);
    if (single.extensions.some(({ critical }) => critical))
      throw faultError('critical-extension', 'the answer has a critical extension, and none is understood there');
    checkFresh('the OCSP response', single, now);
    const nextUpdate = single.nextUpdate ?? now;
    return { answer: answerOf(single, question), nextUpdate, ...(delegate && { delegate }) };
  });
}
