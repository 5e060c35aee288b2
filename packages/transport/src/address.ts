import { isLoopback } from '@securosys/core';

/** A dotted IPv4 address as one number, or `undefined`. The URL parser has already turned other spellings into this one. */
function ipv4(host: string): number | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(host)) return undefined;
  return host.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** Network and prefix length of everything in IPv4 that is not the public internet (IANA special-purpose registry). */
const special: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Not in the registry: what answers every machine in Azure, like 169.254.169.254.
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

function publicIpv4(address: number): boolean {
  return !special.some(([network, bits]) => {
    const size = 2 ** (32 - bits);
    return Math.floor(address / size) === Math.floor((ipv4(network) as number) / size);
  });
}

/** The eight groups of a bracketed IPv6 address as `URL.hostname` spells it, or `undefined`. */
function ipv6(host: string): number[] | undefined {
  if (!host.startsWith('[')) return undefined;
  const [head = '', tail] = host.slice(1, -1).split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const first = groups(head);
  const last = tail === undefined ? [] : groups(tail);
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
}

/** Only global unicast counts; what embeds an IPv4 address (mapped, NAT64, 6to4, Teredo) would be a way around the list above. */
function publicIpv6(groups: readonly number[]): boolean {
  const [a = 0, b = 0] = groups;
  if (a < 0x2000 || a > 0x3fff) return false;
  return !(a === 0x2002 || (a === 0x2001 && (b < 0x200 || b === 0x0db8)) || (a === 0x3fff && b < 0x1000));
}

const named = (hostname: string) => hostname.replace(/\.+$/, '');

/** Whether `URL.hostname` is an address literal outside the public internet, or a name of this machine. */
export function isPrivateAddress(hostname: string): boolean {
  const host = named(hostname);
  const v4 = ipv4(host);
  if (v4 !== undefined) return !publicIpv4(v4);
  const v6 = ipv6(host);
  return v6 ? !publicIpv6(v6) : isLoopback(host);
}

/**
 * Whether `URL.hostname` can be a host of the public internet: no private literal, no single label, no name that is special by
 * RFC 6761, 6762, 8375 or reserved for internal use.
 */
export function isPublicHost(hostname: string): boolean {
  const host = named(hostname);
  if (isPrivateAddress(host)) return false;
  if (host.startsWith('[')) return true;
  return host.includes('.') && !/\.(local|internal|localdomain|lan|home\.arpa|onion)$/.test(host);
}

/**
 * Whether an address, as a resolver or a socket spells it (`10.0.0.1`, `fe80::1%eth0`, `::ffff:127.0.0.1`), is outside the public
 * internet. What cannot be read as an address counts as private.
 */
export function isPrivateIp(address: string): boolean {
  const url = `http://${address.includes(':') ? `[${address}]` : address}/`;
  return !URL.canParse(url) || isPrivateAddress(new URL(url).hostname);
}
