import { rm } from 'node:fs/promises';
import type { KeySpec, SignatureAlgorithm } from '@securosys/core';
import { type OpenPkcs11Options, openPkcs11, type Pkcs11Backend } from '@securosys/pkcs11';
import type { Report } from '../../lib/report.js';
import type { Scope } from '../../lib/scope.js';
import { type MadeToken, nss, softhsm, withKeys } from './tokens.js';

/** Every type of key that the formats know, with an algorithm of each. */
export const algorithms = {
  'rsa-2048': ['rsa-pss-sha256', 'rsa-pkcs1-sha256'],
  'rsa-3072': ['rsa-pss-sha384'],
  'rsa-4096': ['rsa-pss-sha512'],
  'ec-p256': ['ecdsa-sha256'],
  'ec-p384': ['ecdsa-sha384'],
  'ec-p521': ['ecdsa-sha512'],
  ed25519: ['ed25519'],
} as const satisfies Partial<Record<KeySpec, readonly SignatureAlgorithm[]>>;

export const specs = Object.keys(algorithms) as (keyof typeof algorithms)[];

/** Two modules, each with a token whose keys other programs made. */
export interface World {
  readonly report: Report;
  readonly scope: Scope;
  readonly softhsm: MadeToken;
  readonly nss: MadeToken;
  /** Our backend on a token, closed with the scope. */
  open(token: MadeToken, options?: Partial<OpenPkcs11Options>): Promise<Pkcs11Backend>;
}

/** How our backend opens a token. */
export const openOptions = ({ module, parameters, label, pin }: MadeToken): OpenPkcs11Options => ({
  module,
  tokenLabel: label,
  pin,
  pinStateFolder: false,
  ...(parameters !== undefined && { libraryParameters: parameters }),
});

export async function createWorld(report: Report, scope: Scope): Promise<World> {
  const soft = softhsm();
  scope.defer(() => rm(soft.folder, { recursive: true, force: true }));
  const softokn = await nss();
  scope.defer(() => rm(softokn.folder, { recursive: true, force: true }));
  // The module reads it when it is loaded, in this process.
  Object.assign(process.env, soft.env);
  return {
    report,
    scope,
    softhsm: await withKeys(soft, specs),
    nss: softokn,
    async open(token, options = {}) {
      const backend = await openPkcs11({ ...openOptions(token), ...options });
      scope.defer(() => backend.close());
      return backend;
    },
  };
}
