import { invalidArgument, knownOptions, SignError } from '@securosys/core';
import { isPublicHost } from '../address.js';
import { hostSet } from '../host-set.js';
import { certificateTexts, type RootCertificates } from './authorities.js';
import type { ResolveHost } from './connect-guard.js';
import { type EnvironmentProxies, environmentProxies, type OutboundProxy, type ProxyRoute, proxyRoute } from './proxy.js';

/** Where requests may go, and how. The defaults suit a server: https, public addresses, no proxy, the runtime's roots. */
export interface OutboundOptions {
  /** Schemes that URLs may have everywhere; default `['https:']`. */
  readonly schemes?: readonly ('https:' | 'http:')[];
  /** Hosts (`host` or `host:port`, as `URL.host` spells them) that may have private addresses or names that are not public. */
  readonly allowHosts?: readonly string[];
  /** Hosts like those of `allowHosts` that may be spoken to over http as well. */
  readonly plainHttp?: readonly string[];
  /** Allows private, loopback and link-local addresses everywhere. Leave it off where others choose the URLs. */
  readonly allowPrivate?: boolean;
  /**
   * PEM roots that servers are verified with, instead of the runtime's; to keep those as well, add `rootCertificates` of `node:tls`.
   * The server is verified in every case.
   */
  readonly ca?: RootCertificates;
  /**
   * A proxy for every request, or `'environment'` for the one that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name; without it they
   * are not looked at. The proxy resolves names, so addresses behind it are judged by the URL only: it has to refuse private
   * ones itself.
   */
  readonly proxy?: OutboundProxy | 'environment';
  /** Resolves names; default `dns.lookup`, which heeds the hosts file. */
  readonly resolve?: ResolveHost;
}

/** Checked options. */
export interface OutboundSettings {
  /** Refuses a URL that nothing may be sent to. @throws SignError `ERR_ORIGIN_REFUSED` */
  readonly check: (url: URL) => void;
  readonly mayBePrivate: (host: string) => boolean;
  readonly ca: readonly string[] | undefined;
  readonly proxy: ProxyRoute | undefined;
  readonly environment: EnvironmentProxies | undefined;
  readonly resolve: ResolveHost;
}

const names = ['schemes', 'allowHosts', 'plainHttp', 'allowPrivate', 'ca', 'proxy', 'resolve'];

const systemLookup: ResolveHost = async (hostname) => {
  const { lookup } = await import('node:dns/promises');
  return lookup(hostname, { all: true });
};

/** @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_ORIGIN_REFUSED` for a proxy login over plain http */
export function outboundSettings(options: OutboundOptions): OutboundSettings {
  if (typeof options !== 'object' || options === null) invalidArgument('createOutboundFetch: options are an object');
  knownOptions('createOutboundFetch', options, names);
  const { schemes = ['https:'], ca, proxy, resolve } = options;
  if (!Array.isArray(schemes) || !schemes.every((scheme) => scheme === 'https:' || scheme === 'http:'))
    invalidArgument("schemes is a list of 'https:' and 'http:'");
  if (resolve !== undefined && typeof resolve !== 'function') invalidArgument('resolve is a function');
  const allowed = hostSet(options.allowHosts, 'allowHosts');
  const plain = hostSet(options.plainHttp, 'plainHttp');
  const mayBePrivate = (host: string) => options.allowPrivate === true || allowed.has(host) || plain.has(host);
  const fromEnvironment = proxy === 'environment';
  return {
    mayBePrivate,
    check({ protocol, host, hostname }) {
      const scheme = schemes.some((one) => one === protocol) || (protocol === 'http:' && plain.has(host));
      if (!scheme)
        throw new SignError('ERR_ORIGIN_REFUSED', `nothing is sent to ${protocol}//${host}: the scheme is not allowed`);
      if (!isPublicHost(hostname) && !mayBePrivate(host))
        throw new SignError('ERR_ORIGIN_REFUSED', `${host} is not a public host; name it in allowHosts if that is meant`);
    },
    ca: ca === undefined ? undefined : certificateTexts(ca, 'ca'),
    proxy: proxy === undefined || fromEnvironment ? undefined : proxyRoute(proxy),
    environment: fromEnvironment ? environmentProxies(process.env) : undefined,
    resolve: resolve ?? systemLookup,
  };
}
