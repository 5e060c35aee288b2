import { invalidArgument, isLoopback, knownOptions, SignError } from '@securosys/core';
import { basicLogin } from './login.js';
import { askSecret, passwordText, type SecretSource } from './secret.js';
import { authorityTexts, type CertificateAuthorities } from './tls.js';

/** An HTTP proxy between this machine and the TSB. It is asked for a tunnel, so it sees the name of the TSB and nothing else. */
export interface TsbProxy {
  /** `http:` or `https:`, without user and password. */
  readonly url: string | URL;
  /** Sent to the proxy only; over plain `http:` only to a proxy on this machine (S40). */
  readonly username?: string;
  readonly password?: SecretSource;
  /** Roots for an `https:` proxy; the runtime's when absent. */
  readonly ca?: CertificateAuthorities;
}

/** A proxy that applies to the TSB. */
export interface ProxyRoute {
  readonly url: string;
  /** `Proxy-Authorization`; asked when the first connection is made. */
  readonly login: (() => Promise<string>) | undefined;
  readonly ca: CertificateAuthorities | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

function proxyUrl(given: string | URL, what: string): URL {
  const url = URL.canParse(String(given)) ? new URL(given) : invalidArgument(`${what} is not an absolute URL`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') invalidArgument(`${what} must be http: or https:`);
  if (url.search || url.hash || url.pathname !== '/') invalidArgument(`${what} must be an origin only`);
  return url;
}

function judged(url: URL, login: ProxyRoute['login'], ca?: CertificateAuthorities): ProxyRoute {
  if (login && url.protocol === 'http:' && !isLoopback(url.hostname))
    throw new SignError('ERR_ORIGIN_REFUSED', 'the login of a proxy is never sent over plain http: to another machine');
  if (ca !== undefined) authorityTexts(ca, 'proxy.ca');
  return { url: url.origin, login, ca };
}

function named(given: TsbProxy): ProxyRoute {
  knownOptions('proxy', given, ['url', 'username', 'password', 'ca']);
  const { username, password, ca } = given;
  const url = proxyUrl(given.url, 'proxy.url');
  if (url.username || url.password) invalidArgument('proxy.url must not hold a user or a password');
  if ((username === undefined) !== (password === undefined)) invalidArgument('a proxy login needs username and password');
  if (password === undefined) return judged(url, undefined, ca);
  basicLogin(username, '');
  if (typeof password !== 'function') passwordText(password, 'proxy password');
  return judged(url, async () => basicLogin(username, await askSecret(password, 'proxy password', passwordText)), ca);
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return invalidArgument('the login in the proxy variable is not percent-encoded');
  }
};

/** Host and port of an entry; an IPv6 address as URLs spell it, and without brackets it has no port. */
function hostAndPort(entry: string): readonly [host: string, port: string | undefined] {
  const text = /^[^[]*:.*:/.test(entry) ? `[${entry}]` : entry;
  const [, host = '', port] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(text) ?? [];
  return [host.startsWith('[') && URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : host, port];
}

/** Whether `NO_PROXY` names the host: `*`, an address, a name with or without its parents' dot, each with an optional port. */
function excluded(target: URL, list: string): boolean {
  const port = target.port || (target.protocol === 'https:' ? '443' : '80');
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true;
    const [host, only] = hostAndPort(entry.toLowerCase().replace(/^\*?\./, ''));
    return host !== '' && (!only || only === port) && (target.hostname === host || target.hostname.endsWith(`.${host}`));
  });
}

function fromEnvironment(target: URL, environment: Environment): ProxyRoute | undefined {
  const variable = (name: string) => environment[name.toLowerCase()] || environment[name.toUpperCase()];
  const text = variable(target.protocol === 'https:' ? 'https_proxy' : 'http_proxy');
  if (!text || excluded(target, variable('no_proxy') ?? '')) return undefined;
  const url = proxyUrl(text, 'the proxy variable');
  const { username, password } = url;
  const header = username && basicLogin(decoded(username), decoded(password));
  return judged(url, header ? async () => header : undefined);
}

/**
 * The proxy for a TSB. The variables of the environment count only when they are asked for by name (S40).
 * @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_ORIGIN_REFUSED` for a login over plain http to a proxy on another machine
 */
export function proxyFor(
  target: string,
  given: TsbProxy | 'environment' | undefined,
  environment: Environment = process.env,
): ProxyRoute | undefined {
  if (given === undefined) return undefined;
  return given === 'environment' ? fromEnvironment(new URL(target), environment) : named(given);
}
