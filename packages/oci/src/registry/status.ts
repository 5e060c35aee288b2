import { isJsonObject, parseJson, SignError, type SignErrorCode, sanitizeText } from '@securosys/core';
import { type Call, readBody } from '@securosys/transport';
import { bodyLimits, type Settings } from '../options.js';

const codes: Readonly<Record<number, SignErrorCode>> = {
  401: 'ERR_AUTHENTICATION',
  403: 'ERR_FORBIDDEN',
  404: 'ERR_NOT_FOUND',
  408: 'ERR_UNAVAILABLE',
  409: 'ERR_CONFLICT',
  412: 'ERR_CONFLICT',
  429: 'ERR_RATE_LIMITED',
};

/** The first error code of a distribution-spec error body, if it is one. */
async function upstreamName(call: Call, settings: Settings, response: Response): Promise<string | undefined> {
  try {
    const json = parseJson(await readBody(call, response, bodyLimits(settings, 16 * 1024, 'error body')));
    const first = isJsonObject(json) && Array.isArray(json.errors) ? json.errors[0] : undefined;
    const code = isJsonObject(first) ? first.code : undefined;
    return typeof code === 'string' ? sanitizeText(code, 60) : undefined;
  } catch (error) {
    call.check();
    // The status alone decides; proxies answer with HTML and that is no news.
    if (SignError.is(error)) return undefined;
    throw error;
  }
}

const httpDate = /^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/;

/**
 * Milliseconds to wait by `Retry-After` (RFC 9110 §10.2.3), in seconds or as a date. `undefined` for what is neither, and for no wait at
 * all: then the pause is ours, because three tries at once help nobody.
 */
function retryAfterMs(response: Response, now: number): number | undefined {
  const text = response.headers.get('retry-after');
  if (text === null) return undefined;
  const ms = /^\d{1,15}$/.test(text) ? Number(text) * 1000 : httpDate.test(text) ? Date.parse(text) - now : 0;
  return ms > 0 ? ms : undefined;
}

/**
 * What an unexpected status means to the caller.
 * @param what the attempted thing, for example `push a manifest to registry.example/app`
 */
export async function statusError(call: Call, settings: Settings, response: Response, what: string): Promise<SignError> {
  const { status } = response;
  const upstream = await upstreamName(call, settings, response);
  const retryAfter = retryAfterMs(response, settings.clock.now());
  const code =
    codes[status] ?? (status >= 500 ? 'ERR_UNAVAILABLE' : status >= 300 && status < 400 ? 'ERR_ORIGIN_REFUSED' : 'ERR_PROTOCOL');
  const why =
    status === 401
      ? 'the registry wants a (different) login'
      : status === 403
        ? 'no permission'
        : status >= 300 && status < 400
          ? 'the registry redirects a request that must not be redirected'
          : `the registry answered ${status}`;
  return new SignError(code, `cannot ${what}: ${why}${upstream ? ` (${upstream})` : ''}`, {
    details: {
      status,
      ...(upstream && { upstreamName: upstream }),
      ...(retryAfter !== undefined && { retryAfterMs: retryAfter }),
    },
  });
}
