import { type Clock, type Fetch, invalidArgument, knownOptions, type Logger, systemClock } from '@securosys/core';
import { createOutboundFetch, hostSet, isPublicHost } from '@securosys/transport';
import type { CrlCache } from './crl-cache.js';
import type { OcspDelegate } from './ocsp-responder.js';

/** How certificates are asked about. The defaults are the strictest; what makes them laxer is named here and nowhere else. */
export interface RevocationCheckerOptions {
  /** Default: connections that lead to public hosts only, judged when they are made as well. A `fetch` of one's own has to do that itself. */
  readonly fetch?: Fetch;
  readonly clock?: Clock;
  /** Where CRLs are kept until their next update; default nowhere. */
  readonly cache?: CrlCache;
  /** OCSP responses that are kept in memory until their next update; default 0. */
  readonly ocspCacheEntries?: number;
  /** Schemes of the URLs in certificates; default `['http:']`, as in the Notation programs: answers are signed, and https would need answers itself. */
  readonly schemes?: readonly ('http:' | 'https:')[];
  /** Hosts (`host` or `host:port`, lower case) that may have private addresses. */
  readonly allowHosts?: readonly string[];
  /** Allows private addresses everywhere: certificates choose the URLs. Default `false`. */
  readonly allowPrivate?: boolean;
  /** Milliseconds for one OCSP request; default 2,000. */
  readonly ocspTimeoutMs?: number;
  /** Milliseconds for one CRL; default 5,000. */
  readonly crlTimeoutMs?: number;
  /** Largest CRL in bytes; default and most 32 MiB. */
  readonly maxCrlBytes?: number;
  /** Certificates of one chain that are asked about at the same time; default 4. */
  readonly maxConcurrency?: number;
  readonly logger?: Logger;
  /** Sends a nonce and demands it back, which few responders can (RFC 8954); default `false`. */
  readonly ocspNonce?: boolean;
  /** Default `designated`; `any-issued` is what the Notation programs do, but for a key that answers about itself. */
  readonly ocspDelegate?: OcspDelegate;
  /** Of several CRL distribution points: `all` must answer, as for the Notation programs, which is the default, or the `first` that does decides. */
  readonly crlPoints?: 'all' | 'first';
}

/** Checked options. */
export interface RevocationSettings {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly cache: CrlCache | undefined;
  readonly ocspCacheEntries: number;
  /** Whether a request may go there, by the URL alone. */
  readonly mayAsk: (url: URL) => boolean;
  readonly ocspTimeoutMs: number;
  readonly crlTimeoutMs: number;
  readonly maxCrlBytes: number;
  readonly maxConcurrency: number;
  readonly logger: Logger | undefined;
  readonly ocspNonce: boolean;
  readonly ocspDelegate: OcspDelegate;
  readonly crlPoints: 'all' | 'first';
}

const names = ['fetch', 'clock', 'cache', 'ocspCacheEntries', 'schemes', 'allowHosts', 'allowPrivate', 'ocspTimeoutMs'].concat([
  'crlTimeoutMs',
  'maxCrlBytes',
  'maxConcurrency',
  'logger',
  'ocspNonce',
  'ocspDelegate',
  'crlPoints',
]);
const where = 'createRevocationChecker';
const largestCrl = 32 * 1024 * 1024;

function count(name: string, value: number | undefined, standard: number, least: number, most: number): number {
  const number = value ?? standard;
  if (!Number.isSafeInteger(number) || number < least || number > most)
    invalidArgument(`${where}: ${name} is a whole number from ${least} to ${most}`);
  return number;
}

function oneOf<T extends string | boolean>(name: string, value: T | undefined, all: readonly [T, T]): T {
  const chosen = value ?? all[0];
  return all.includes(chosen) ? chosen : invalidArgument(`${where}: ${name} is ${all.join(' or ')}`);
}

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function revocationSettings(options: RevocationCheckerOptions): RevocationSettings {
  knownOptions(where, options, names);
  const { schemes = ['http:'], clock = systemClock, cache, logger } = options;
  if (!Array.isArray(schemes) || !schemes.every((scheme) => scheme === 'http:' || scheme === 'https:'))
    invalidArgument(`${where}: schemes is a list of 'http:' and 'https:'`);
  const allowPrivate = oneOf('allowPrivate', options.allowPrivate, [false, true]);
  const allowed = hostSet(options.allowHosts, 'allowHosts');
  const outbound = { schemes, allowHosts: [...allowed], allowPrivate };
  return {
    fetch: options.fetch ?? createOutboundFetch(outbound),
    clock,
    cache,
    logger,
    ocspCacheEntries: count('ocspCacheEntries', options.ocspCacheEntries, 0, 0, 10_000),
    mayAsk: ({ protocol, host, hostname }) =>
      schemes.some((scheme) => scheme === protocol) && (allowPrivate || allowed.has(host) || isPublicHost(hostname)),
    ocspTimeoutMs: count('ocspTimeoutMs', options.ocspTimeoutMs, 2_000, 1, 600_000),
    crlTimeoutMs: count('crlTimeoutMs', options.crlTimeoutMs, 5_000, 1, 600_000),
    maxCrlBytes: count('maxCrlBytes', options.maxCrlBytes, largestCrl, 1, largestCrl),
    maxConcurrency: count('maxConcurrency', options.maxConcurrency, 4, 1, 16),
    ocspNonce: oneOf('ocspNonce', options.ocspNonce, [false, true]),
    ocspDelegate: oneOf('ocspDelegate', options.ocspDelegate, ['designated', 'any-issued']),
    crlPoints: oneOf('crlPoints', options.crlPoints, ['all', 'first']),
  };
}
