import type { Fetch } from '@securosys/core';
import type { Agent, Dispatcher, ProxyAgent } from 'undici';
import { AskedOnce } from './asked-once.js';
import type { Deadline } from './deadline.js';
import type { ProxyRoute } from './proxy.js';
import { redirectGuard } from './redirect-guard.js';
import { type CertificateAuthorities, type ClientIdentity, tlsOptions } from './tls.js';

/** Something that sends, and what it holds open. */
export interface Transport {
  /**
   * `fetch` until the deadline, at which it gives up its connection. It follows no redirect: that would carry X-API-KEY and a body
   * with passwords to wherever the answer points (S25).
   */
  send(url: string, init: RequestInit, deadline: Deadline): Promise<Response>;
  /**
   * Gets ready to connect, asking for secrets when needed; `undefined` when it is. Nothing is sent before.
   * @param deadline of the call that needs it
   */
  prepare(deadline: Deadline): Promise<void> | undefined;
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
    send: (url, init, { signal }) => fetch(url, { ...init, redirect: 'manual', signal }),
    prepare: () => undefined,
    close: async () => undefined,
  };
}

interface Pool {
  /** What owns the connections. */
  readonly agent: Agent | ProxyAgent;
  /** What calls are given to. */
  readonly dispatcher: Dispatcher;
}

async function openPool({ connections, timeoutMs, ca, identity, proxy }: PoolSettings): Promise<Pool> {
  const pooling = { connections, keepAliveTimeout: 10_000, headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
  const [undici, tls] = await Promise.all([import('undici'), tlsOptions(ca, identity)]);
  const guarded = (agent: Pool['agent']): Pool => ({ agent, dispatcher: agent.compose(redirectGuard(undici)) });
  if (!proxy) return guarded(new undici.Agent({ ...pooling, connect: tls }));
  const token = await proxy.login?.();
  const proxyTls = await tlsOptions(proxy.ca, undefined);
  // A tunnel for http: as well: what is said to the TSB is not for the proxy, nor the proxy's login for the TSB.
  const tunnel = { uri: proxy.url, proxyTunnel: true, requestTls: tls, proxyTls, ...(token !== undefined && { token }) };
  return guarded(new undici.ProxyAgent({ ...pooling, ...tunnel }));
}

/** Timers of undici are no finer: a call that has less time than usual by less than this gets the limits of the pool. */
const tickMs = 500;

/** The pool with other limits than its own, for one call. */
function timed({ dispatcher }: Pool, timeoutMs: number): Pick<Dispatcher, 'dispatch'> {
  const limits = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
  return { dispatch: (options, handler) => dispatcher.dispatch({ ...options, ...limits }, handler) };
}

/**
 * The global `fetch` over a pool of kept-alive connections of our own (`docs/decisions/0015-transport.md`). undici loads at the
 * first call.
 */
export function pooledTransport(settings: PoolSettings): Transport {
  let pool: Pool | undefined;
  const opening = new AskedOnce(
    () => openPool(settings),
    ({ agent }) => void agent.close(),
  );
  const open = async (deadline: Deadline) => {
    // Another call, whose time was shorter, may have given up the pool that this one waited for.
    while (!pool) {
      const asked = opening.answer(deadline);
      const opened = await asked;
      if (opening.asked === asked) pool = opened;
    }
  };
  return {
    // `dispatcher` is Node's extension of RequestInit.
    send: (url, init, deadline) => {
      if (!pool) throw new TypeError('the transport was not prepared');
      // A call that nobody can abort needs no signal: undici gives its connection up in time, or up to a second late.
      if (deadline.abortable) init.signal = deadline.signal;
      const { leftMs } = deadline;
      const dispatcher = Math.abs(settings.timeoutMs - leftMs) < tickMs ? pool.dispatcher : timed(pool, leftMs);
      // `error` and not `manual`, which makes the platform copy every request: a fifth of the garbage of a call.
      init.redirect = 'error';
      return fetch(url, Object.assign(init, { dispatcher }));
    },
    prepare: (deadline) => (pool ? undefined : open(deadline)),
    close: async () => {
      const opened = pool;
      pool = undefined;
      opening.forget(opening.asked);
      await opened?.agent.close();
    },
  };
}
