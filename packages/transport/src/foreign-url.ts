import { SignError } from '@securosys/core';

/**
 * Parses a URL that a peer sent: a `Location`, a `Link`, a realm, a URL of a certificate. User info and fragments have no place there.
 * @param what for the error, for example `a redirect`; the text itself is never shown
 * @throws SignError `ERR_PROTOCOL`
 */
export function foreignUrl(text: string, base: URL | undefined, what: string): URL {
  let url: URL;
  try {
    url = new URL(text, base);
  } catch {
    throw new SignError('ERR_PROTOCOL', `${what} is not a URL`);
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    throw new SignError('ERR_PROTOCOL', `${what} holds user info or a fragment`);
  return url;
}
