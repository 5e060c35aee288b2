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
  /** Usual deadline of a call in milliseconds. */
  readonly timeoutMs: number;
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

async function openPool({ connections, timeoutMs, ca, identity, proxy }: PoolSettings): Promise<Agent | ProxyAgent> {
  const pooling = { connections, keepAliveTimeout: 10_000, headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
  const [undici, tls] = await Promise.all([import('undici'), tlsOptions(ca, identity)]);
  if (!proxy) return new undici.Agent({ ...pooling, connect: tls });
  const token = await proxy.login?.();
  const proxyTls = await tlsOptions(proxy.ca, undefined);
  // A tunnel for http: as well: what is said to the TSB is not for the proxy, nor the proxy's login for the TSB.
  const tunnel = { uri: proxy.url, proxyTunnel: true, requestTls: tls, proxyTls, ...(token !== undefined && { token }) };
  return new undici.ProxyAgent({ ...pooling, ...tunnel });
}

/** The pool with other limits than its own, for one call. */
function timed(pool: Dispatcher, timeoutMs: number): Pick<Dispatcher, 'dispatch'> {
  const limits = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
  return { dispatch: (options, handler) => pool.dispatch({ ...options, ...limits }, handler) };
}

/**
 * The global `fetch` over a pool of kept-alive connections of our own (`docs/decisions/0015-transport.md`). undici loads at the
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
      // A call that nobody can abort needs no signal: undici gives its connection up in time, or up to a second late.
      if (deadline.abortable) init.signal = deadline.signal;
      const { timeoutMs } = deadline;
      const dispatcher = timeoutMs === settings.timeoutMs ? pool : timed(pool, timeoutMs);
      return fetch(url, Object.assign(init, { dispatcher }));
    },
    prepare: () => (pool ? undefined : open()),
    close: async () => {
      const asked = opening;
      opening = undefined;
      pool = undefined;
      // In two steps: what makes CommonJS of it writes two awaits as one word.
      const opened = await asked;
      await opened?.close();
    },
  };
}
