import { type Clock, type Fetch, invalidArgument, systemClock } from '@securosys/core';
import { checkedOptions } from './internal/call-options.js';
import { defaultLimits, type OciLimits } from './limits.js';
import { createOriginGuard, type OriginGuard } from './registry/origin.js';

/** A login for one registry host: a name and password, or a bearer token that the registry takes as it is. */
export type Credentials = { readonly username: string; readonly password: string } | { readonly token: string };

/**
 * Asked with the exact host of the reference (`registry.example:5000`, `docker.io`), when the registry demands a login and not
 * before. `undefined`: go on without.
 */
export type CredentialSource = (host: string) => Promise<Credentials | undefined> | Credentials | undefined;

/** How registries and layouts are reached. The defaults suit a server: anonymous, https, public addresses only. */
export interface OciOptions {
  readonly credentials?: CredentialSource;
  /**
   * Hosts (`host` or `host:port`) that may be private addresses or names (one label, `.local`, `.internal`, …), and that logins of a registry may be sent to when it names them as
   * its token service. Without it a login goes to the registry's own origin or a parent domain of it.
   */
  readonly allowHosts?: readonly string[];
  /** Allows private, loopback and link-local addresses everywhere. Image names are hostile input: leave it off in servers. */
  readonly allowPrivate?: boolean;
  /** Registries (`host` or `host:port`) spoken to over http. Logins stay refused there unless the host is this machine (S40). */
  readonly plainHttp?: readonly string[];
  /** Default: the global `fetch`, looked up at each call. */
  readonly fetch?: Fetch;
  readonly clock?: Clock;
  /** Deadline of one call in milliseconds; default 60,000. */
  readonly timeoutMs?: number;
  readonly limits?: Partial<OciLimits>;
}

/** Options with every default filled in. */
export interface Settings {
  readonly credentials: CredentialSource;
  readonly guard: OriginGuard;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly limits: OciLimits;
}

const names = ['credentials', 'allowHosts', 'allowPrivate', 'plainHttp', 'fetch', 'clock', 'timeoutMs', 'limits'];

/** Checks options and fills in defaults. @throws SignError `ERR_INVALID_ARGUMENT` */
export function settingsOf(options: OciOptions): Settings {
  checkedOptions('createOci', options, names);
  const { limits: own = {}, credentials, fetch, clock } = options;
  checkedOptions('createOci limits', own, Object.keys(defaultLimits));
  for (const [name, seam] of Object.entries({ credentials, fetch }))
    if (seam !== undefined && typeof seam !== 'function') invalidArgument(`createOci: ${name} is a function`);
  if (clock !== undefined && typeof clock?.now !== 'function') invalidArgument('createOci: clock is a Clock');
  const limits: OciLimits = { ...defaultLimits, ...own };
  const timeoutMs = options.timeoutMs ?? 60_000;
  for (const value of [timeoutMs, ...Object.values(limits)])
    if (!Number.isFinite(value) || value < 0) invalidArgument('createOci: a limit is not a number of at least 0');
  return {
    credentials: credentials ?? (() => undefined),
    guard: createOriginGuard(options),
    fetch: fetch ?? ((input, init) => globalThis.fetch(input, init)),
    clock: clock ?? systemClock,
    timeoutMs,
    limits,
  };
}
