import { type Clock, type Fetch, invalidArgument, systemClock } from '@securosys/core';
import { type BodyLimits, createOutboundFetch, type OutboundProxy, type RootCertificates } from '@securosys/transport';
import { checkedOptions } from './internal/call-options.js';
import { defaultLimits, type OciLimits } from './limits.js';
import { createOriginGuard, type OriginGuard } from './registry/origin.js';
import { type StartReport, type UploadProgress, uploadReports } from './registry/upload-progress.js';

/**
 * A login for one registry host: a name and password, a bearer token that the registry takes as it is, or an identity token that its token
 * service exchanges for such a one (what `docker login` stores for some registries).
 */
export type Credentials =
  | { readonly username: string; readonly password: string }
  | { readonly token: string }
  | { readonly identityToken: string };

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
  /** PEM roots that registries are verified with instead of the runtime's (see `createOutboundFetch` of `@securosys/transport`). */
  readonly ca?: RootCertificates;
  /** A proxy, or `'environment'`; without it the variables of the environment are not looked at. Names are then resolved by the proxy. */
  readonly proxy?: OutboundProxy | 'environment';
  /**
   * Default: the global `fetch` over connections to public hosts only, judged again when they are made (S26). A `fetch` of your own
   * has to see to `ca`, `proxy` and addresses itself.
   */
  readonly fetch?: Fetch;
  readonly clock?: Clock;
  /** Numbers from 0 (included) to 1 for the jitter between repetitions; default `Math.random`. */
  readonly random?: () => number;
  /** Deadline of one call in milliseconds; default 60,000. */
  readonly timeoutMs?: number;
  readonly limits?: Partial<OciLimits>;
  /** Told how far each upload of a blob to a registry is: when it begins, after each chunk, and when it has ended. Layouts have none. */
  readonly onUpload?: (progress: UploadProgress) => void;
}

/** Options with every default filled in. */
export interface Settings {
  readonly credentials: CredentialSource;
  readonly guard: OriginGuard;
  readonly fetch: Fetch;
  /** Closes what the default `fetch` holds open. */
  readonly close: () => Promise<void>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly timeoutMs: number;
  readonly limits: OciLimits;
  readonly uploadReport: StartReport;
}

const names = [
  'credentials',
  'allowHosts',
  'allowPrivate',
  'plainHttp',
  'ca',
  'proxy',
  'fetch',
  'clock',
  'random',
  'timeoutMs',
  'limits',
  'onUpload',
];

function ownFetch({ allowHosts, allowPrivate, plainHttp, ca, proxy }: OciOptions, open: typeof createOutboundFetch) {
  return open({
    ...(allowHosts && { allowHosts }),
    ...(allowPrivate !== undefined && { allowPrivate }),
    ...(plainHttp && { plainHttp }),
    ...(ca !== undefined && { ca }),
    ...(proxy !== undefined && { proxy }),
  });
}

/** Hosts as people write them; URLs leave a default port out, so a host that is written with it counts without it as well. */
function withoutPort<T>(hosts: T, port: ':443' | ':80'): T | string[] {
  if (!Array.isArray(hosts)) return hosts;
  return hosts.flatMap((host) =>
    typeof host === 'string' && host.endsWith(port) ? [host, host.slice(0, -port.length)] : [host],
  );
}

/**
 * Checks options and fills in defaults.
 * @param open what opens connections where there is no `fetch` among the options
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function settingsOf(options: OciOptions, open = createOutboundFetch): Settings {
  checkedOptions('createOci', options, names);
  const { limits: own = {}, credentials, fetch, clock, random, onUpload } = options;
  checkedOptions('createOci limits', own, Object.keys(defaultLimits));
  for (const [name, seam] of Object.entries({ credentials, fetch, random, onUpload }))
    if (seam !== undefined && typeof seam !== 'function') invalidArgument(`createOci: ${name} is a function`);
  if (clock !== undefined && typeof clock?.now !== 'function') invalidArgument('createOci: clock is a Clock');
  if (fetch && (options.ca !== undefined || options.proxy !== undefined))
    invalidArgument('createOci: a fetch of your own sees to ca and proxy itself');
  const limits: OciLimits = { ...defaultLimits, ...own };
  const timeoutMs = options.timeoutMs ?? 60_000;
  for (const value of [timeoutMs, ...Object.values(limits)])
    if (!Number.isFinite(value) || value < 0) invalidArgument('createOci: a limit is not a number of at least 0');
  const { plainHttp } = options;
  const allowHosts = withoutPort(options.allowHosts, ':443');
  const reach = { ...options, ...(allowHosts !== undefined && { allowHosts }) };
  const guard = createOriginGuard(reach);
  // The guard gets `plainHttp` as it is: a host that is named with port 80 is not spoken to over http when a reference leaves the port out.
  const plain = withoutPort(plainHttp, ':80');
  const guarded = ownFetch({ ...reach, ...(plain !== undefined && { plainHttp: plain }) }, open);
  return {
    credentials: credentials ?? (() => undefined),
    guard,
    fetch: fetch ?? guarded,
    close: guarded.close,
    clock: clock ?? systemClock,
    random: random ?? Math.random,
    timeoutMs,
    limits,
    uploadReport: uploadReports(onUpload),
  };
}

/** Caps for reading one body. */
export function bodyLimits({ limits }: Settings, maxBytes: number, what: string): BodyLimits {
  return { maxBytes, minBytesPerSecond: limits.minBytesPerSecond, what };
}
