import { invalidArgument, isLoopback, knownOptions, SignError } from '@securosys/core';
import { certificateTexts, type RootCertificates } from './authorities.js';

/** An HTTP proxy for every request. It is asked for a tunnel, so it sees names of hosts and nothing of what is said to them over https. */
export interface OutboundProxy {
  /** `http:` or `https:`, without user and password. */
  readonly url: string | URL;
  /** Sent to the proxy only; over plain `http:` only to a proxy on this machine (S40). */
  readonly username?: string;
  readonly password?: string | (() => string | Promise<string>);
  /** Roots for an `https:` proxy; the runtime's when absent. */
  readonly ca?: RootCertificates;
}

/** A checked proxy. The password stays in a closure. */
export interface ProxyRoute {
  readonly url: string;
  readonly login: (() => Promise<{ readonly username: string; readonly password: string }>) | undefined;
  readonly ca: readonly string[] | undefined;
}

/** What the variables of the environment say; values with a login in them are used by undici only. */
export interface EnvironmentProxies {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
}

function proxyUrl(given: string | URL, what: string): URL {
  const url = URL.canParse(String(given)) ? new URL(given) : invalidArgument(`${what} is not an absolute URL`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') invalidArgument(`${what} must be http: or https:`);
  if (url.search || url.hash || url.pathname !== '/') invalidArgument(`${what} must be an origin only`);
  return url;
}

function checkLogin(url: URL): void {
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw new SignError('ERR_ORIGIN_REFUSED', 'the login of a proxy is never sent over plain http: to another machine');
}

/** @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_ORIGIN_REFUSED` for a login over plain http to a proxy on another machine */
export function proxyRoute(given: OutboundProxy): ProxyRoute {
  if (typeof given !== 'object' || given === null) return invalidArgument("proxy is { url, … } or 'environment'");
  knownOptions('proxy', given, ['url', 'username', 'password', 'ca']);
  const { username, password, ca } = given;
  const url = proxyUrl(given.url, 'proxy.url');
  if (url.username || url.password) invalidArgument('proxy.url must not hold a user or a password');
  if ((username === undefined) !== (password === undefined)) invalidArgument('a proxy login needs username and password');
  const roots = ca === undefined ? undefined : certificateTexts(ca, 'proxy.ca');
  if (username === undefined || password === undefined) return { url: url.origin, login: undefined, ca: roots };
  checkLogin(url);
  const login = async () => ({ username, password: typeof password === 'function' ? await password() : password });
  return { url: url.origin, login, ca: roots };
}

/**
 * `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` in either case, lower case first, checked like a proxy given by name. Under CGI `HTTP_PROXY` is
 * what a stranger sent as the header `Proxy` (CVE-2016-5385 and others), so there it counts in lower case only.
 */
export function environmentProxies(environment: Readonly<Record<string, string | undefined>>): EnvironmentProxies {
  const fromHeader = (name: string) => name === 'http_proxy' && environment.REQUEST_METHOD !== undefined;
  const variable = (name: string) => environment[name] || (!fromHeader(name) && environment[name.toUpperCase()]) || '';
  const proxy = (name: string) => {
    const text = variable(name);
    if (text === '') return '';
    const url = proxyUrl(text, `the variable ${name}`);
    if (url.username || url.password) checkLogin(url);
    return text;
  };
  return { httpProxy: proxy('http_proxy'), httpsProxy: proxy('https_proxy'), noProxy: variable('no_proxy') };
}
