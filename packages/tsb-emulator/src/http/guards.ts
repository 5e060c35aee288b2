import { failure } from '../failure.js';
import type { Incoming } from './incoming.js';

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
