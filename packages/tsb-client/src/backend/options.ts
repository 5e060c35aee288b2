import { type Clock, invalidArgument, knownOptions, systemClock } from '@securosys/core';
import { type SignatureType, signatureTypes } from '../api/algorithms.js';
import { createTsbClient, type TsbClient } from '../client/client.js';
import { checkFunctions, checkObject, clientOptionNames, type TsbClientOptions } from '../client/options.js';

/** What a backend needs beyond a client. */
export interface TsbBackendStyle {
  /** Tells partitions behind one URL apart in the backend's id, when a token selects them. */
  readonly partition?: string;
  /** Password of a key; asked when it is used. */
  readonly keyPassword?: (label: string) => string | undefined | Promise<string | undefined>;
  /** Allows a key password in a request that approvers will see (S12). */
  readonly allowPasswordInRequest?: boolean;
  /** Allows people to be asked about a bare digest (S2). */
  readonly allowBlind?: boolean;
  /** Name of the application, shown to approvers as a claim. */
  readonly app?: string;
  /** Form asked for ECDSA and EdDSA results. Default `RAW`; `DER` for servers that do not know it. */
  readonly signatureType?: SignatureType;
}

/** A client of the caller's own, which `close` leaves open. */
export interface TsbBackendClient {
  readonly client: TsbClient;
  readonly clock?: Clock;
}

/** How the backend behaves, and the client to do it with: one of the caller's own, or options for a new one. */
export type TsbBackendOptions = TsbBackendStyle & (TsbClientOptions | TsbBackendClient);

const styleNames = ['partition', 'keyPassword', 'allowPasswordInRequest', 'allowBlind', 'app', 'signatureType'] as const;

export interface OpenedClient {
  readonly client: TsbClient;
  readonly clock: Clock;
  close(): Promise<void>;
}

/** Splits options that either hold a client or describe one. */
export function openClient(where: string, options: TsbClientOptions | TsbBackendClient, more: readonly string[]): OpenedClient {
  const { clock = systemClock } = options;
  if ('client' in options) {
    knownOptions(where, options, ['client', 'clock', ...more]);
    checkFunctions('client', options.client, ['call', 'close']);
    checkFunctions('clock', options.clock, ['now', 'sleep']);
    if (!options.client) invalidArgument('client must be a TsbClient');
    return { client: options.client, clock, close: async () => undefined };
  }
  knownOptions(where, options, [...clientOptionNames, ...more]);
  const own = Object.fromEntries(Object.entries(options).filter(([name]) => !more.includes(name))) as TsbClientOptions;
  const client = createTsbClient(own);
  return { client, clock, close: () => client.close() };
}

export function openBackendClient(options: TsbBackendOptions): OpenedClient {
  checkObject('options of createTsbBackend', options);
  const { signatureType = 'RAW', keyPassword, partition, app } = options;
  if (keyPassword !== undefined && typeof keyPassword !== 'function') invalidArgument('keyPassword must be a function');
  for (const [name, text] of Object.entries({ partition, app }))
    if (text !== undefined && typeof text !== 'string') invalidArgument(`${name} must be text`);
  if (!signatureTypes.includes(signatureType)) invalidArgument(`signatureType must be one of ${signatureTypes.join(', ')}`);
  return openClient('createTsbBackend', options, styleNames);
}
