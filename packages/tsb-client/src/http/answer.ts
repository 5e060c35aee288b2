import { parseJson, SignError } from '@securosys/core';
import type { Endpoint } from '../api/endpoints.js';
import { letGo } from './body.js';

/** The error of a call that was answered with a redirect; without a status when the platform keeps it to itself. */
export function redirectRefused(what: string, status: number | undefined): SignError {
  return new SignError('ERR_ORIGIN_REFUSED', `${what} was answered with a redirect, which is never followed`, {
    details: status === undefined ? {} : { status },
  });
}

/** No redirect is followed; also a transport that followed one on its own is noticed (S25). @throws SignError `ERR_ORIGIN_REFUSED` */
export function refuseRedirect(what: string, response: Response): void {
  const { status, type, redirected } = response;
  if (!redirected && type !== 'opaqueredirect' && (status < 300 || status >= 400)) return;
  letGo(response);
  throw redirectRefused(what, status);
}

/**
 * One coding hides what the limits count, and stacked ones cost without end (S23, CVE-2026-22036); none was asked for.
 * @throws SignError `ERR_PROTOCOL`
 */
export function refuseEncoding(what: string, response: Response): void {
  const coding = response.headers.get('content-encoding');
  if (coding === null || coding.toLowerCase() === 'identity') return;
  letGo(response);
  throw new SignError('ERR_PROTOCOL', `${what} got an encoded answer that nobody asked for`, {
    details: { status: response.status },
  });
}

/**
 * The answer of a call that succeeded: checked JSON, the bytes of a file, or nothing.
 * @throws SignError `ERR_PROTOCOL`, `ERR_LIMIT`
 */
export function answerOf<A>(what: string, endpoint: Endpoint<unknown, A>, { status, headers }: Response, body: Uint8Array): A {
  if (endpoint.file) {
    // A page is what a login server or a proxy answers with; no file of the API is one.
    if (!/^text\/html\b/i.test(headers.get('content-type') ?? '')) return body as A;
    throw new SignError('ERR_PROTOCOL', `${what} got a page in place of a file`, { details: { status } });
  }
  const { response } = endpoint;
  if (!response) return undefined as A;
  try {
    // Tasks repeat requests whole, and passwords travel there as UTF-16 units one by one.
    const limits = { what: 'answer of the TSB', maxBytes: body.byteLength, surrogateUnits: true };
    return response.received.parse(parseJson(body, limits));
  } catch (error) {
    if (!SignError.is(error) || error.code === 'ERR_LIMIT') throw error;
    const paths = error.details.paths;
    const details = { status, ...(paths !== undefined && { paths }) };
    throw new SignError('ERR_PROTOCOL', `${what} got an answer that is not as the TSB contract has it: ${error.message}`, {
      details,
    });
  }
}
