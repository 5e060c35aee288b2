import { SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { clientOf, failure, fakeFetch, json } from '../fake-fetch.js';

const request = { payload: 'AA==', signKeyName: 'k', signatureAlgorithm: 'SHA256_WITH_ECDSA' } as const;
const page = (status: number) => new Response('<html>bad</html>', { status, headers: { 'content-type': 'text/html' } });

async function codeOf(answer: Response): Promise<string> {
  const error = await clientOf(fakeFetch(answer).fetch)
    .sign.asynchronous(request)
    .catch((reason: unknown) => reason);
  return SignError.is(error) ? error.code : String(error);
}

/** A proxy answers for a broker that may have done what was asked: taken for a refusal, a second request would follow. */
describe('a create that is refused', () => {
  it.each([500, 502, 503, 504])('by a page with status %i has an unknown outcome', async (status) => {
    expect(await codeOf(page(status))).toBe('ERR_OUTCOME_UNKNOWN');
  });

  it.each([
    [100, 'ERR_OUTCOME_UNKNOWN'],
    [700, 'ERR_OUTCOME_UNKNOWN'],
    [701, 'ERR_REQUEST_FAILED'],
  ])('by the TSB with error %i and status 500 is %s', async (errorCode, code) => {
    expect(await codeOf(failure(errorCode, 500))).toBe(code);
  });

  it.each([202, 206, 303, 307])('by nobody, with status %i, has an unknown outcome', async (status) => {
    const headers = { location: '/login' };
    expect(await codeOf(json({ signRequestId: '11111111-2222-4333-8444-555555555555' }, status))).toBe('ERR_OUTCOME_UNKNOWN');
    expect(await codeOf(new Response(null, { status, headers }))).toBe('ERR_OUTCOME_UNKNOWN');
  });

  it('by status 500 and nothing else has an unknown outcome', async () => {
    expect(await codeOf(new Response(null, { status: 500 }))).toBe('ERR_OUTCOME_UNKNOWN');
  });

  it.each([401, 404, 413])('by a page with status %i was not done', async (status) => {
    expect(await codeOf(page(status))).not.toBe('ERR_OUTCOME_UNKNOWN');
  });
});
