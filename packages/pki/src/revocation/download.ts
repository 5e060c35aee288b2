import { SignError } from '@securosys/core';
import { boundedRequest, type Call, foreignUrl } from '@securosys/transport';
import { faultError } from './fault.js';
import type { RevocationSettings } from './settings.js';

/** What one check works with. */
export interface Inquiry {
  readonly settings: RevocationSettings;
  readonly call: Call;
  /** The caller's own. */
  readonly signal: AbortSignal | undefined;
  /** Milliseconds since 1970: one instant for the whole check. */
  readonly now: number;
  readonly authenticSigningTime: number | undefined;
  /** Told what is no failure but should be known. */
  readonly warn: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** One request to a server that a certificate names. */
export interface Download {
  /** As the certificate has it. */
  readonly server: string;
  /** Where the request goes, if that is longer. */
  readonly url?: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

/** Refuses a URL before anything is sent (S26). @throws SignError `ERR_ORIGIN_REFUSED` with `details.rule` `url-refused` */
function checkUrl(server: string, mayAsk: RevocationSettings['mayAsk']): void {
  const code = 'ERR_ORIGIN_REFUSED';
  let url: URL;
  try {
    url = foreignUrl(server, undefined, 'a URL of a certificate');
  } catch (cause) {
    if (!SignError.is(cause)) throw cause;
    throw faultError('url-refused', cause.message, { code, cause });
  }
  if (!mayAsk(url))
    throw faultError('url-refused', `nothing is asked at ${url.protocol}//${url.host}: only public hosts are, over http`, {
      code,
    });
}

/**
 * The body of an answer with status 200. No redirect is followed.
 * @throws SignError `ERR_ORIGIN_REFUSED`, `ERR_NETWORK`, `ERR_TIMEOUT`, `ERR_LIMIT`, `ERR_PROTOCOL`, `ERR_UNAVAILABLE`
 */
export async function download({ settings, call }: Inquiry, { server, url = server, ...request }: Download): Promise<Uint8Array> {
  checkUrl(server, settings.mayAsk);
  const { fetch, clock } = settings;
  const { status, body } = await boundedRequest({ ...request, url, fetch, clock, signal: call.signal });
  if (status === 200) return body;
  const code = status === 429 || status >= 500 ? 'ERR_UNAVAILABLE' : 'ERR_PROTOCOL';
  throw faultError('http-status', `${new URL(server).host} answers with status ${status}`, { code, details: { status } });
}
