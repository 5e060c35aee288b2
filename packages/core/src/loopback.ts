/**
 * Whether a host is this machine by its name or address alone, so that what is said to it does not leave.
 * @param hostname as `URL.hostname` spells it, IPv6 in brackets
 */
export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/\.$/, '');
  return host === '[::1]' || host === 'localhost' || host.endsWith('.localhost') || /^127(?:\.\d{1,3}){3}$/.test(host);
}
