import type { Fetch } from '@securosys/core';
import type { Agent, Dispatcher, ProxyAgent } from 'undici';
import type { Deadline } from './deadline.js';
import type { ProxyRoute } from './proxy.js';
import { type CertificateAuthorities, type ClientIdentity, tlsOptions } from './tls.js';

/** Something that sends, and what it holds open. */
export interface Transport {
  /** `fetch` until the deadline, at which it gives up its connection. */
  send(url: string, init: RequestInit, deadline: Deadline): Promise<Response>;
  /** Gets ready to connect, asking for secrets when needed; `undefined` when it is. Nothing is sent before. */
  prepare(): Promise<void> | undefined;
  close(): Promise<void>;
}

/** How a pool connects. */
export interface PoolSettings {
  /** Most connections at a time. */
  readonly connections: number;
  readonly ca: CertificateAuthorities | undefined;
  readonly identity: ClientIdentity | undefined;
  readonly proxy: ProxyRoute | undefined;
}

/** The owner of a `fetch` that was handed in closes what it holds. */
export function givenTransport(fetch: Fetch): Transport {
  return {
    send: (url, init, { signal }) => fetch(url, { ...init, signal }),
    prepare: () => undefined,
    close: async () => undefined,
  };
}

/** The deadline of the call is the only one: undici's own default would end calls that were allowed to take longer. */
const pooling = { keepAliveTimeout: 10_000, headersTimeout: 0, bodyTimeout: 0 } as const;

async function openPool({ connections, ca, identity, proxy }: PoolSettings): Promise<Agent | ProxyAgent> {
  const [undici, tls] = await Promise.all([import('undici'), tlsOptions(ca, identity)]);
  if (!proxy) return new undici.Agent({ ...pooling, connections, connect: tls });
  const token = await proxy.login?.();
  const proxyTls = await tlsOptions(proxy.ca, undefined);
  // A tunnel for http: as well: what is said to the TSB is not for the proxy, nor the proxy's login for the TSB.
  const tunnel = { uri: proxy.url, proxyTunnel: true, requestTls: tls, proxyTls, ...(token !== undefined && { token }) };
  return new undici.ProxyAgent({ ...pooling, connections, ...tunnel });
}

/**
 * What a call says to the pool: give up when its time is up. Calls that nobody can abort need no signal then, which saves a tenth of
 * their cost; undici is up to a second late, but nobody waits for it.
 */
function timed(pool: Dispatcher, { leftMs }: Deadline): Pick<Dispatcher, 'dispatch'> {
  const limits = { headersTimeout: leftMs, bodyTimeout: leftMs };
  return { dispatch: (options, handler) => pool.dispatch({ ...options, ...limits }, handler) };
}

/**
 * The global `fetch` over a pool of kept-alive connections of our own (`docs/decisions/0012-transport.md`). undici loads at the
 * first call.
 */
export function pooledTransport(settings: PoolSettings): Transport {
  let pool: Dispatcher | undefined;
  let opening: Promise<Dispatcher> | undefined;
  const open = async () => {
    opening ??= openPool(settings);
    const asked = opening;
    try {
      const opened = await asked;
      if (opening === asked) pool = opened;
    } catch (error) {
      if (opening === asked) opening = undefined;
      throw error;
    }
  };
  return {
    // `dispatcher` is Node's extension of RequestInit.
    send: (url, init, deadline) => {
      if (!pool) throw new TypeError('the transport was not prepared');
      const how = deadline.abortable ? { dispatcher: pool, signal: deadline.signal } : { dispatcher: timed(pool, deadline) };
      return fetch(url, Object.assign(init, how));
    },
    prepare: () => (pool ? undefined : open()),
    close: async () => {
      const asked = opening;
      opening = undefined;
      pool = undefined;
      await (await asked)?.close();
    },
  };
}
