import { SignError } from '@securosys/core';
import { foreignUrl } from '@securosys/transport';

/**
 * The next page by `Link` (RFC 8288, the one form that the distribution-spec uses): same origin, same path.
 * @throws SignError `ERR_ORIGIN_REFUSED` for another origin, `ERR_PROTOCOL`
 */
export function nextPage(response: Response, page: URL): URL | undefined {
  const header = response.headers.get('link');
  if (header === null) return undefined;
  const found = header.length <= 8192 ? /^<([^<>\s]+)>\s*;\s*rel="?next"?\s*$/i.exec(header) : null;
  if (!found) throw new SignError('ERR_PROTOCOL', 'the registry sent a Link that names no next page');
  const url = foreignUrl(found[1] as string, page, 'the next page');
  if (url.origin !== page.origin) throw new SignError('ERR_ORIGIN_REFUSED', `the next page leads to ${url.host}, another origin`);
  if (url.pathname !== page.pathname) throw new SignError('ERR_PROTOCOL', 'the next page is not of the same listing');
  return url;
}
