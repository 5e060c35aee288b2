import { type Clock, invalidArgument, knownOptions, systemClock } from '@securosys/core';
import { type SignatureType, signatureTypes } from '../api/algorithms.js';
import { createTsbClient, type TsbClient } from '../client/client.js';
import { checkFunctions, checkObject, checkPositive, clientOptionNames, type TsbClientOptions } from '../client/options.js';
import { longestPreimage } from '../metadata/preimage.js';
import type { RequestLookup } from '../operations/request-lookup.js';
import { type ApplicationKey, checkApplicationKey } from '../request-signing/application-key.js';
import type { RequestStyle } from './request-style.js';

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
  /**
   * Asks the TSB what it is, so that the keys of an emulator are told from others. Default `true`; without it each key's `assurance` is `self-reported`, and
   * whoever uses one key once asks a third less.
   */
  readonly askAssurance?: boolean;
  /** Form asked for ECDSA and EdDSA results. Default `RAW`; `DER` for servers that do not know it. */
  readonly signatureType?: SignatureType;
  /**
   * Longest message that people are shown beside its digest, in bytes: messages over 65,535 bytes are signed by their digest. Default
   * and most 524,288.
   */
  readonly maxPreimageBytes?: number;
  /**
   * Sees requests as approvers see them, so that one whose answer was lost is found again while people still decide; `createRequestLookup`
   * makes one of an approver's key. Without it such a request is found by its result.
   */
  readonly requestLookup?: RequestLookup;
}

/** A client of the caller's own, which `close` leaves open. */
export interface TsbBackendClient {
  readonly client: TsbClient;
  readonly clock?: Clock;
}

/** {@link TsbBackendClient}, and the key that signs descriptions: the client keeps its own to itself. */
export interface TsbBackendOverClient extends TsbBackendClient {
  readonly applicationKey?: ApplicationKey;
}

/** How the backend behaves, and the client to do it with: one of the caller's own, or options for a new one. */
export type TsbBackendOptions = TsbBackendStyle & (TsbClientOptions | TsbBackendOverClient);

const styleNames = [
  'partition',
  'keyPassword',
  'allowPasswordInRequest',
  'allowBlind',
  'app',
  'askAssurance',
  'signatureType',
  'maxPreimageBytes',
  'requestLookup',
] as const satisfies readonly (keyof TsbBackendStyle)[];

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

/** A client of the caller's own signs its requests by itself; the key in the options is for descriptions. */
function clientPart(options: TsbBackendOptions): TsbClientOptions | TsbBackendClient {
  if (!('client' in options)) return options;
  const { applicationKey, ...others } = options;
  if (applicationKey !== undefined) checkApplicationKey(applicationKey);
  return others;
}

/** A client, and how the backend asks with it. */
export interface OpenedBackend extends OpenedClient {
  readonly style: RequestStyle;
}

export function openBackendClient(options: TsbBackendOptions): OpenedBackend {
  checkObject('options of createTsbBackend', options);
  const { signatureType = 'RAW', keyPassword, partition, app, askAssurance = true } = options;
  if (typeof askAssurance !== 'boolean') invalidArgument('askAssurance must be true or false');
  if (keyPassword !== undefined && typeof keyPassword !== 'function') invalidArgument('keyPassword must be a function');
  for (const [name, text] of Object.entries({ partition, app }))
    if (text !== undefined && typeof text !== 'string') invalidArgument(`${name} must be text`);
  if (!signatureTypes.includes(signatureType)) invalidArgument(`signatureType must be one of ${signatureTypes.join(', ')}`);
  const { maxPreimageBytes = longestPreimage, requestLookup } = options;
  checkPositive('maxPreimageBytes', maxPreimageBytes, longestPreimage);
  checkFunctions('requestLookup', requestLookup, ['originalOf']);
  const { applicationKey, allowBlind = false } = options;
  const opened = openClient('createTsbBackend', clientPart(options), styleNames);
  return { ...opened, style: { signatureType, app, allowBlind, maxPreimageBytes, applicationKey, clock: opened.clock } };
}
