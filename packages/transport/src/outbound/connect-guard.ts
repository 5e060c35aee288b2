import type { LookupFunction } from 'node:net';
import { SignError } from '@securosys/core';
import type { buildConnector } from 'undici';
import { isPrivateIp } from '../address.js';
import type { TlsOptions } from './authorities.js';

/** All addresses of a name, as `dns.lookup` gives them. */
export type ResolveHost = (hostname: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

const refusal = (hostname: string) =>
  new SignError(
    'ERR_ORIGIN_REFUSED',
    `${hostname} leads to an address that is not public; name the host in allowHosts if that is meant`,
  );

/**
 * A `lookup` for sockets. One private address among several refuses the name: which of them the socket takes is not ours to say. The
 * socket connects to what was judged here, so a later answer of the name server changes nothing (DNS rebinding, S26).
 */
export function guardedLookup(resolve: ResolveHost, publicOnly: boolean): LookupFunction {
  return (hostname, options, callback) => {
    const found = async () => {
      const all = await resolve(hostname);
      const wanted = options.family === 4 || options.family === 6 ? all.filter(({ family }) => family === options.family) : all;
      const [first] = wanted;
      if (!first) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
      if (publicOnly && wanted.some(({ address }) => isPrivateIp(address))) throw refusal(hostname);
      return { first, wanted: wanted.map(({ address, family }) => ({ address, family })) };
    };
    found().then(
      ({ first, wanted }) => (options.all ? callback(null, wanted) : callback(null, first.address, first.family)),
      (error: unknown) => callback(error instanceof Error ? error : new Error('lookup failed'), []),
    );
  };
}

/**
 * Makes connections: to public addresses only, unless the host may be private.
 * @param mayBePrivate gets the host as `URL.host` spells it
 */
export function guardedConnector(
  build: typeof buildConnector,
  tls: TlsOptions,
  resolve: ResolveHost,
  mayBePrivate: (host: string) => boolean,
): buildConnector.connector {
  const open = build({ ...tls, lookup: guardedLookup(resolve, false) });
  const guarded = build({ ...tls, lookup: guardedLookup(resolve, true) });
  return (options, callback) => {
    if (mayBePrivate(options.host ?? options.hostname)) return open(options, callback);
    // An address is not looked up, so it is judged here.
    if (isPrivateIp(options.hostname)) return callback(refusal(options.hostname), null);
    return guarded(options, callback);
  };
}
