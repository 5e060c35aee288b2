import type { KeyObject } from 'node:crypto';
import type { Clock } from '@securosys/core';
import type { LoginWindow } from './approvals/login.js';
import type { ApiKeys } from './http/auth.js';
import type { ClientFlag } from './licence.js';
import type { ProductionGuardOptions } from './production-guard.js';

/** One partition of several. */
export interface PartitionOptions {
  readonly name: string;
  /** Default: a random one. */
  readonly token?: string;
}

/** Options of {@link createFakeTsb} and, with more, of {@link startTsbEmulator}. */
export interface FakeTsbOptions extends ProductionGuardOptions {
  /** Default: the machine's clock. */
  clock?: Clock;
  /** Bearer token that calls have to carry; `false` asks for none. Default: a random one per instance. */
  token?: string | false;
  /** API keys by role; off by default, like in a TSB. */
  apiKeys?: ApiKeys;
  /** Name of the partition in statistics and in a data folder. */
  name?: string;
  /**
   * Several partitions, each reached by its own bearer token, as on a shared broker: keys, requests and tasks of one are unknown in
   * another (`tsb-rest-api.md` §10.9). Takes the place of `token` and `name`.
   */
  partitions?: readonly PartitionOptions[];
  /** What the licence allows (§2.9). Default: everything. */
  clientFlags?: readonly ClientFlag[];
  /** SubjectPublicKeyInfo DER of each application that may send requests; they then have to be signed (§1.4). Default: any, unsigned too. */
  allowedRequestSigners?: readonly Uint8Array[];
  /** Base address that calls are made to. Default `https://tsb.emulated.invalid`, which no network has. */
  url?: string;
  /** Largest body in bytes. Default 4 MiB. */
  maxBodyBytes?: number;
  /** How old, and how far ahead, an approver's login timestamp may be, in seconds. Default 600 and 0. */
  loginWindow?: LoginWindow;
  /** An RSA key to attest with; by default one is made when first needed, which takes 50 to 500 ms. */
  attestationKey?: KeyObject;
}

export const fakeTsbOptionNames = [
  'clock',
  'token',
  'apiKeys',
  'name',
  'partitions',
  'clientFlags',
  'allowedRequestSigners',
  'url',
  'maxBodyBytes',
  'loginWindow',
  'attestationKey',
  'iKnowThisIsAnEmulatorAndAllowNodeEnvProduction',
] as const;
