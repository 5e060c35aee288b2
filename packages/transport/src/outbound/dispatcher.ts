import type { Dispatcher } from 'undici';
import { basicLogin } from '../basic-login.js';
import { tlsOptions } from './authorities.js';
import { guardedConnector } from './connect-guard.js';
import type { OutboundSettings } from './settings.js';

/** Connections of our own, with undici loaded now (`docs/decisions/0015-transport.md` has the reasons). */
export async function openDispatcher(settings: OutboundSettings): Promise<Dispatcher> {
  const [undici, tls] = await Promise.all([import('undici'), tlsOptions(settings.ca)]);
  const pooling = { keepAliveTimeout: 10_000 };
  const { proxy, environment, resolve, mayBePrivate } = settings;
  // A tunnel for http: as well: what is said to a server is not for the proxy, nor the proxy's login for the server.
  const tunnel = { ...pooling, proxyTunnel: true, requestTls: tls };
  if (proxy) {
    const login = await proxy.login?.();
    const proxyTls = await tlsOptions(proxy.ca);
    return new undici.ProxyAgent({ ...tunnel, uri: proxy.url, proxyTls, ...(login && { token: basicLogin(login) }) });
  }
  const connect = guardedConnector(undici.buildConnector, tls, resolve, mayBePrivate);
  // Hosts that NO_PROXY excludes are connected to from here, with the guard.
  if (environment) return new undici.EnvHttpProxyAgent({ ...tunnel, ...environment, connect });
  return new undici.Agent({ ...pooling, connect });
}
