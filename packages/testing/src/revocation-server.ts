import { base64Bytes, type Clock, type Fetch, systemClock } from '@securosys/core';
import { type TestCrl, type TestRevocation, testCrl } from './revocation/crl.js';
import type { RevocationSigner } from './revocation/der.js';
import { readOcspRequest, type TestOcspResponse, testOcspResponse } from './revocation/ocsp.js';

export type { TestCrl, TestRevocation } from './revocation/crl.js';
export type { RevocationSigner, TestExtension } from './revocation/der.js';
export type { TestOcspAnswer, TestOcspResponse } from './revocation/ocsp.js';

/** What a server does instead of answering well. */
export interface RevocationServerFault {
  /** HTTP status; default 200. */
  readonly status?: number;
  /** Sent instead of the answer. */
  readonly body?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Never answers. */
  readonly hang?: boolean;
  /** Changes the OCSP response before it is made. */
  readonly ocsp?: (response: TestOcspResponse) => Partial<TestOcspResponse>;
  /** Changes the CRL before it is made. */
  readonly crl?: (crl: TestCrl) => Partial<TestCrl>;
}

/** An authority whose certificates can be revoked. Serial numbers are lower-case hex without sign octet. */
export interface RevocationAuthority {
  revoke(serial: string, options?: Partial<Omit<TestRevocation, 'serial'>>): void;
  /** As if the certificate had never been revoked. */
  forgive(serial: string): void;
  /** OCSP says `unknown` about it. */
  forget(serial: string): void;
}

/** Where an authority answers, and who signs there. */
export interface RevocationAuthorityOptions {
  readonly issuer: RevocationSigner;
  /** Default: the issuer. */
  readonly responder?: RevocationSigner;
  readonly ocspUrl?: string;
  readonly crlUrl?: string;
}

/** A server of OCSP responses and CRLs that listens nowhere. */
export interface RevocationServer {
  /** For `createRevocationChecker` and others that take a `fetch`. */
  readonly fetch: Fetch;
  /** What was asked, in order. */
  readonly requests: readonly { readonly url: string; readonly method: string; readonly body: Uint8Array }[];
  addAuthority(options: RevocationAuthorityOptions): RevocationAuthority;
  /** Makes a URL misbehave until told otherwise. */
  fault(url: string, fault: RevocationServerFault | undefined): void;
}

type Handler = (fault: RevocationServerFault, request: Uint8Array) => Uint8Array;
const hourMs = 3_600_000;

/** An answer, or the reason why nobody waits for it. */
function hanging(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** The request in the path of a GET (RFC 6960 appendix A.1), or in the body. */
function requestOf(url: string, prefix: string, body: Uint8Array): Uint8Array {
  return url.length > prefix.length + 1 ? base64Bytes(decodeURIComponent(url.slice(prefix.length).replace(/^\//, ''))) : body;
}

/**
 * Answers OCSP requests and serves CRLs for certificates that a test issued, in this process: for tests of whatever asks about revocation. Answers
 * are made when asked for, hold an hour, and are signed by whom the test says.
 *
 * @example
 * ```ts
 * import type { KeyObject } from 'node:crypto';
 * import { type Certificate, createRevocationChecker } from '@securosys/pki';
 * import { createRevocationServer } from '@securosys/testing';
 * declare const leaf: Certificate, ca: Certificate, privateKey: KeyObject;
 * const server = createRevocationServer();
 * const authority = server.addAuthority({ issuer: { certificate: ca, privateKey }, crlUrl: 'http://crl.example/ca.crl' });
 * authority.revoke(leaf.serial, { reason: 'keyCompromise' });
 * const checker = createRevocationChecker({ fetch: server.fetch });
 * console.log((await checker.check([leaf, ca], { purpose: 'code-signing' })).status);
 * ```
 */
export function createRevocationServer({ clock = systemClock }: { readonly clock?: Clock } = {}): RevocationServer {
  const handlers = new Map<string, Handler>();
  const faults = new Map<string, RevocationServerFault>();
  const requests: { url: string; method: string; body: Uint8Array }[] = [];
  let number = 0;

  function addAuthority({ issuer, responder = issuer, ocspUrl, crlUrl }: RevocationAuthorityOptions): RevocationAuthority {
    const revoked = new Map<string, TestRevocation>();
    const unknown = new Set<string>();
    const times = () => ({ thisUpdate: clock.now() - hourMs, nextUpdate: clock.now() + hourMs });
    const answerOcsp: Handler = ({ ocsp }, der) => {
      const { serial, nonce } = readOcspRequest(der);
      const entry = revoked.get(serial);
      const status = unknown.has(serial) ? 'unknown' : entry ? 'revoked' : 'good';
      const why = { ...(entry && { revokedAt: entry.at }), ...(entry?.reason && { reason: entry.reason }) };
      const response: TestOcspResponse = {
        signer: responder,
        certificates: responder === issuer ? [] : [responder.certificate.der],
        producedAt: clock.now(),
        answers: [{ issuer: issuer.certificate, serial, status, ...why, ...times() }],
        extensions: nonce ? [{ oid: '1.3.6.1.5.5.7.48.1.2', value: nonce }] : [],
      };
      return testOcspResponse({ ...response, ...ocsp?.(response) });
    };
    const serveCrl: Handler = ({ crl }) => {
      const list: TestCrl = { signer: issuer, number: ++number, entries: [...revoked.values()], ...times() };
      return testCrl({ ...list, ...crl?.(list) });
    };
    if (ocspUrl !== undefined) handlers.set(ocspUrl, answerOcsp);
    if (crlUrl !== undefined) handlers.set(crlUrl, serveCrl);
    return {
      revoke: (serial, options) => void revoked.set(serial, { at: clock.now() - hourMs, ...options, serial }),
      forgive: (serial) => void revoked.delete(serial),
      forget: (serial) => void unknown.add(serial),
    };
  }

  const fetch: Fetch = async (input, init) => {
    const request = new Request(input, init);
    const body = new Uint8Array(await request.arrayBuffer());
    const { url, method } = request;
    requests.push({ url, method, body });
    const known = [...new Set([...handlers.keys(), ...faults.keys()])].sort((a, b) => b.length - a.length);
    const prefix = known.find((one) => url === one || url.startsWith(one.endsWith('/') ? one : `${one}/`));
    const fault = faults.get(prefix ?? '') ?? {};
    if (fault.hang) return hanging(init?.signal);
    const handler = handlers.get(prefix ?? '');
    const answer = fault.body ?? (prefix && handler?.(fault, requestOf(url, prefix, body)));
    if (!answer) return new Response(null, { status: fault.status ?? 404, ...(fault.headers && { headers: fault.headers }) });
    const { status = 200, headers = {} } = fault;
    return new Response(Uint8Array.from(answer), { status, headers });
  };

  return {
    fetch,
    requests,
    addAuthority,
    fault(url, fault) {
      if (fault) faults.set(url, fault);
      else faults.delete(url);
    },
  };
}
