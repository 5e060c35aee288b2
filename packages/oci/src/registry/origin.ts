import { isLoopback, SignError } from '@securosys/core';
import { hostSet, isPublicHost } from '@securosys/transport';

/** Decides at URL time where requests and logins may go (threat model S25, S26). */
export interface OriginGuard {
  /** URL of a registry that a reference names. @throws SignError `ERR_ORIGIN_REFUSED` */
  registry(host: string): URL;
  /** A URL that a registry named: https, public or allowed by name. @throws SignError `ERR_ORIGIN_REFUSED` */
  foreign(url: URL, what: string): void;
  /** Whether a login for `registry` may be sent to `target`. @throws SignError `ERR_ORIGIN_REFUSED` */
  login(registry: URL, target: URL): void;
}

/** Docker Hub's registry and token service are other hosts than its name; this is the only such pair that is built in. */
const dockerHub = { name: 'docker.io', registry: 'registry-1.docker.io', realm: 'https://auth.docker.io' };

interface GuardOptions {
  readonly allowHosts?: readonly string[];
  readonly allowPrivate?: boolean;
  readonly plainHttp?: readonly string[];
}

function refuse(why: string): never {
  throw new SignError('ERR_ORIGIN_REFUSED', why);
}

export function createOriginGuard(options: GuardOptions): OriginGuard {
  const allowed = hostSet(options.allowHosts, 'allowHosts');
  const plain = hostSet(options.plainHttp, 'plainHttp');
  const mayBePrivate = (url: URL) => options.allowPrivate === true || allowed.has(url.host) || plain.has(url.host);

  return {
    registry(host) {
      const name = host === dockerHub.name ? dockerHub.registry : host;
      const url = new URL(`${plain.has(host) ? 'http' : 'https'}://${name}/`);
      // Names lead to private addresses too; those that cannot be public are refused like the addresses themselves.
      if (!isPublicHost(url.hostname) && !mayBePrivate(url) && !allowed.has(host) && !plain.has(host))
        refuse(`registry ${host} is not a public host; name it in allowHosts or plainHttp if that is meant`);
      return url;
    },

    foreign(url, what) {
      if (url.protocol !== 'https:' && !(url.protocol === 'http:' && plain.has(url.host)))
        refuse(`${what} leads to ${url.protocol}//${url.host}, which is not https`);
      if (!isPublicHost(url.hostname) && !mayBePrivate(url)) refuse(`${what} leads to ${url.host}, which is not a public host`);
    },

    login(registry, target) {
      if (target.protocol !== 'https:' && !isLoopback(target.hostname))
        refuse(`a login for ${target.host} would travel over plain http`);
      if (target.origin === registry.origin || allowed.has(target.host)) return;
      if (registry.hostname === dockerHub.registry && target.origin === dockerHub.realm) return;
      // Whoever runs the parent domain controls the registry's name anyway, so nothing is lost by trusting it (registry.gitlab.com).
      const parent = target.hostname.includes('.') && target.port === '' && registry.hostname.endsWith(`.${target.hostname}`);
      if (!parent || target.protocol !== 'https:')
        refuse(`registry ${registry.host} wants its login sent to ${target.host}; name that in allowHosts if it is meant`);
    },
  };
}
