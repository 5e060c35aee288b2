import type { Fetch } from '@securosys/core';
import type { Agent, Dispatcher, ProxyAgent } from 'undici';
import type { ProxyRoute } from './proxy.js';
import { type CertificateAuthorities, type ClientIdentity, tlsOptions } from './tls.js';

/** Something that sends, and what it holds open. */
export interface Transport {
  readonly fetch: Fetch;
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
  return { fetch, prepare: () => undefined, close: async () => undefined };
}

/** The deadline of the call is the only one: undici's own would end calls that were allowed to take longer. */
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
    fetch: (input, init) => fetch(input, Object.assign({}, init, { dispatcher: pool })),
    prepare: () => (pool ? undefined : open()),
    close: async () => {
      const asked = opening;
      opening = undefined;
      pool = undefined;
      await (await asked)?.close();
    },
  };
}
