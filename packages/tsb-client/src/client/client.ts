import { invalidArgument, SignError, systemClock } from '@securosys/core';
import { ApiKeyRing } from '../http/api-keys.js';
import { type BaseUrl, parseBaseUrl } from '../http/base-url.js';
import { Caller } from '../http/caller.js';
import { Login } from '../http/login.js';
import { proxyFor } from '../http/proxy.js';
import { Slots } from '../http/slots.js';
import { authorityTexts } from '../http/tls.js';
import { givenTransport, type PoolSettings, pooledTransport, type Transport } from '../http/transport.js';
import type { CallEndpoint } from './calls.js';
import { checkClientOptions } from './check-options.js';
import { groupsOf, type TsbGroups } from './groups.js';
import { checkCallOptions, checkObject, type TsbClientOptions } from './options.js';

/** A typed client of one Transaction Security Broker. Holds its secrets where no printing finds them. */
export interface TsbClient extends TsbGroups {
  /** Normalised base URL. */
  readonly url: string;
  /** Any endpoint of `@securosys/tsb-client/api`. */
  readonly call: CallEndpoint;
  /** Closes the connections of the default transport. A `fetch` handed in stays its owner's. */
  close(): Promise<void>;
}

/**
 * Connects to a TSB; nothing is sent before the first call.
 *
 * @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_ORIGIN_REFUSED` for plain http to another machine without `allowHttp`, and always
 * together with credentials (S40)
 *
 * @example
 * ```ts
 * import { createTsbClient } from '@securosys/tsb-client';
 * const client = createTsbClient({ url: 'http://localhost:8080', auth: { type: 'none' } });
 * console.log(await client.service.version());
 * await client.close();
 * ```
 */
export function createTsbClient(options: TsbClientOptions): TsbClient {
  checkClientOptions(options);
  const { url, auth, apiKeys = {}, applicationKey, clock = systemClock, random = Math.random, logger } = options;
  const { timeoutMs = 30_000, retries = 2, maxConcurrency = 64, maxResponseBytes = 8 * 1024 * 1024 } = options;
  const base = parseBaseUrl(url, options.allowHttp === true, (text) => proxyFor(text, options.proxy));
  const ring = new ApiKeyRing(apiKeys);
  if (base.exposed && (auth.type !== 'none' || ring.some))
    throw new SignError('ERR_ORIGIN_REFUSED', 'credentials are never sent over plain http: to another machine');
  const transport = transportOf(options, base, { connections: maxConcurrency, timeoutMs });
  const caller = new Caller({
    base,
    login: new Login(auth),
    apiKeys: ring,
    applicationKey,
    transport,
    slots: new Slots(maxConcurrency),
    clock,
    random,
    retries,
    timeoutMs,
    maxResponseBytes,
    logger,
  });
  const call: CallEndpoint = async (endpoint, body, callOptions = {}) => {
    checkObject('options of call', callOptions);
    const { path = {}, file, ...rest } = callOptions;
    checkObject('path', path);
    if (file !== undefined && !(file instanceof Uint8Array)) invalidArgument('file must be bytes');
    checkCallOptions('call', rest);
    return caller.call(endpoint, { body, path, file }, rest);
  };
  return {
    url: base.text,
    ...groupsOf(call),
    call,
    close: () => transport.close(),
  };
}

function transportOf(
  { fetch, auth, ca }: TsbClientOptions,
  { text, proxy }: BaseUrl,
  limits: Pick<PoolSettings, 'connections' | 'timeoutMs'>,
): Transport {
  if (fetch) return givenTransport(fetch);
  const identity = auth.type === 'certificate' ? auth : undefined;
  if (text.startsWith('http:') && (ca !== undefined || identity)) invalidArgument('ca and certificates need an https: url');
  if (ca !== undefined) authorityTexts(ca);
  return pooledTransport({ ...limits, ca, identity, proxy });
}
