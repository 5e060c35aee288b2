import { base64Text, concatBytes, derWrap, hexBytes } from '@securosys/core';
import type { Certificate } from '../certificate.js';
import { tags } from '../reader.js';
import { certIdOf } from './cert-id.js';

/** What is asked, and how it travels. */
export interface OcspRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** Of a POST. */
  readonly body?: Uint8Array;
  /** What the answer must echo, when one was sent. */
  readonly nonce?: Uint8Array;
}

/** Longest base64 form, plain and escaped, that travels in a URL: RFC 6960 appendix A.1. */
const maxInUrl = 255;
const nonceOid = hexBytes('06092b0601050507300102');

/** `[2] { Extensions }` with a nonce (RFC 8954 §2.1). */
function nonceExtension(nonce: Uint8Array): Uint8Array {
  const value = derWrap(tags.octetString, derWrap(tags.octetString, nonce));
  const extension = derWrap(tags.sequence, concatBytes(nonceOid, value));
  return derWrap(0xa2, derWrap(tags.sequence, extension));
}

/** An `OCSPRequest` (RFC 6960 §4.1.1) about one certificate. Five nested headers: a library for them would load for longer than it saves. */
export function ocspRequestDer(certificate: Certificate, issuer: Certificate, nonce?: Uint8Array): Uint8Array<ArrayBuffer> {
  const list = derWrap(tags.sequence, derWrap(tags.sequence, certIdOf(certificate, issuer)));
  return derWrap(tags.sequence, derWrap(tags.sequence, nonce ? concatBytes(list, nonceExtension(nonce)) : list));
}

/** GET while the request is short, so that answers can come out of caches on the way, else POST (`notation.md` §10.1). */
export function ocspRequest(server: string, der: Uint8Array, nonce?: Uint8Array): OcspRequest {
  const text = base64Text(der);
  const escaped = encodeURIComponent(text);
  const asked = nonce && { nonce };
  if (escaped.length >= maxInUrl || /[?#]/.test(server)) return { method: 'POST', url: server, body: der, ...asked };
  return { method: 'GET', url: `${server.endsWith('/') ? server : `${server}/`}${escaped}`, ...asked };
}
