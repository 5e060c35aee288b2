import { invalidArgument, isLoopback, SignError } from '@securosys/core';
import type { ProxyRoute } from './proxy.js';

/** Where the API is. */
export interface BaseUrl {
  /** Normalised: no trailing slash, no trailing `/v1` (`tsb-rest-api.md` §1.1). */
  readonly text: string;
  /** Plain `http:` to another machine: nothing secret may be sent. */
  readonly exposed: boolean;
  /** What stands between. It resolves names itself, so its `localhost` is not ours. */
  readonly proxy: ProxyRoute | undefined;
}

/**
 * Normalises and judges a configured base URL (S40).
 * @param proxyFor finds the proxy for the normalised URL
 * @throws SignError `ERR_INVALID_ARGUMENT` for anything but http(s) without user, query and fragment; `ERR_ORIGIN_REFUSED` for
 * plain http off loopback, or through a proxy, without `allowHttp`
 */
export function parseBaseUrl(url: string | URL, allowHttp: boolean, proxyFor: (text: string) => ProxyRoute | undefined): BaseUrl {
  const given = String(url);
  const parsed = URL.canParse(given) ? new URL(given) : invalidArgument('url of the TSB is not an absolute URL');
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') invalidArgument('url of the TSB must be https: or http:');
  if (parsed.username || parsed.password) invalidArgument('url of the TSB must not hold a user or a password');
  if (parsed.search || parsed.hash) invalidArgument('url of the TSB must not have a query or a fragment');
  const text = `${parsed.origin}${parsed.pathname.replace(/\/+$/, '').replace(/\/v1$/, '')}`;
  const proxy = proxyFor(text);
  const exposed = parsed.protocol === 'http:' && (proxy !== undefined || !isLoopback(parsed.hostname));
  if (exposed && !allowHttp)
    throw new SignError('ERR_ORIGIN_REFUSED', 'plain http: to a TSB on another machine needs the option allowHttp');
  return { text, exposed, proxy };
}
