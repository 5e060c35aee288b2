import { type CallOptions, invalidArgument, SignError } from '@securosys/core';
import { createDirectFetch, createOutboundFetch, withCall } from '@securosys/transport';
import { Turns } from '../internal/turns.js';
import { type OciOptions, settingsOf } from '../options.js';
import { Authenticator } from './authenticator.js';
import { RegistryClient, type RegistryRequest } from './client.js';

/** One request to a service beside a registry. */
export interface ServiceRequest extends CallOptions {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below `/v2/<name>/`. */
  readonly path: string;
  /** What a token has to allow. */
  readonly action: 'pull' | 'push' | 'all';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Statuses that the caller handles; every other one is an error. */
  readonly accept: readonly number[];
  /** Most bytes of the answer. */
  readonly maxBytes: number;
  /** What is attempted, for errors. */
  readonly what: string;
}

/** An answer, read to its end. */
export interface ServiceAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** A service that speaks a registry's authentication for one repository; a Notary server is one. */
export interface RegistryService {
  /** @throws SignError as requests to registries */
  request(request: ServiceRequest): Promise<ServiceAnswer>;
  close(): Promise<void>;
}

/**
 * Opens a service that authenticates as registries do (distribution token specification, or Basic): same guards, limits, repetitions of
 * reads, and no credentials to other origins.
 * @param server base URL, https; http needs the host in `plainHttp`
 * @param name what tokens are about, and what stands behind `/v2/` in addresses
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_ORIGIN_REFUSED`
 */
export function openRegistryService(server: string, name: string, options: OciOptions = {}): RegistryService {
  if (!URL.canParse(server)) invalidArgument('the address of the server is no URL');
  const base = new URL(server);
  if (base.username !== '' || base.password !== '') invalidArgument('the address of the server holds a login');
  if (base.search !== '' || base.hash !== '') invalidArgument('the address of the server has more than a path');
  const plain = options.plainHttp?.includes(base.host) ?? false;
  if (base.protocol !== 'https:' && !(base.protocol === 'http:' && plain))
    throw new SignError(
      'ERR_ORIGIN_REFUSED',
      `${base.host} is to be spoken to over ${base.protocol}: name it in plainHttp if that is meant`,
    );
  // Whoever gives an address means that host, wherever it is.
  const reach = { ...options, allowHosts: [...(options.allowHosts ?? []), base.host] };
  // A few small files: what a proxy needs takes longer to load than they take to come.
  const settings = settingsOf(reach, options.proxy === undefined ? createDirectFetch : createOutboundFetch);
  const authenticator = new Authenticator(settings, base.host, base);
  const client = new RegistryClient(settings, authenticator, base, name, name, new Turns());
  const prefix = `${base.pathname.replace(/\/$/, '')}/v2/${name}/`;
  return {
    close: settings.close,
    request: ({ path, maxBytes, what, signal, timeoutMs, logger, ...request }) =>
      withCall(
        settings.clock,
        settings.timeoutMs,
        { ...(signal && { signal }), ...(timeoutMs !== undefined && { timeoutMs }), ...(logger && { logger }) },
        async (call) => {
          const sent: RegistryRequest = { ...request, what, url: new URL(`${prefix}${path}`, base) };
          const response = await client.send(call, sent);
          return { status: response.status, body: await client.body(call, response, maxBytes, what) };
        },
      ),
  };
}
