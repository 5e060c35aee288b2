import { invalidArgument, sanitizeText } from '@securosys/core';
import { failure } from '../failure.js';
import type { Incoming } from './incoming.js';

/**
 * Each way in which a call can name these `host:port` texts: clients leave the port out where it is the scheme's own.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function servedHosts(scheme: 'http' | 'https', authorities: readonly string[]): Set<string> {
  const forms = authorities.flatMap((authority) => {
    const url = `${scheme}://${authority}`;
    if (!URL.canParse(url)) return invalidArgument(`allowHosts takes host:port, not ${sanitizeText(authority, 80)}`);
    return [authority.toLowerCase(), new URL(url).host];
  });
  return new Set(forms);
}

/**
 * What keeps a web page in the developer's browser away from the port (threat model S36, CVE-2025-66414): the `Host` has to be one that
 * the emulator was started for, so that a rebound DNS name fails, and whatever sends an `Origin` is a page.
 * @throws SignError with the TSB error 400, HTTP 403
 */
export function refuseBrowsers(incoming: Incoming, url: URL, hosts: ReadonlySet<string>): void {
  const host = (incoming.headers.get('host') ?? url.host).toLowerCase();
  if (!hosts.has(host) || !hosts.has(url.host)) throw failure(400, 'this Host is not served here', 403);
  if (incoming.headers.get('origin') !== null) throw failure(400, 'calls from web pages are not served here', 403);
}
