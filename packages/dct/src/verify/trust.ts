import { type CallOptions, type Clock, invalidArgument, knownOptions, type PendingStore } from '@securosys/core';
import type { OciOptions } from '@securosys/oci';
import { checkGun, signerRole } from '../model/roles.js';
import { openNotaryServer } from '../server/notary-server.js';
import { type DctRootPin, readPin } from './pinning.js';
import type { MetadataSource } from './source.js';
import { type TrustedRepository, verifyRepository } from './update.js';

/** Whom to believe, in the terms of Docker Content Trust. */
export interface DctTrustOptions {
  /** Which root is the right one. */
  readonly root: DctRootPin;
  /** Base URL of the Notary server, or where the metadata of a repository comes from otherwise. */
  readonly server: string | ((gun: string) => MetadataSource);
  /** Logins and limits for the server. Default: anonymous, public hosts only. */
  readonly access?: OciOptions;
  /** Signers of whom each must say the same as `targets/releases`, which all signers share. Default: nobody in particular. */
  readonly signers?: readonly string[];
  /** Remembers versions, so that older metadata is not taken for new. Default: nothing is remembered. */
  readonly cache?: PendingStore;
}

/** Trust by Docker Content Trust. */
export interface DctTrust {
  readonly kind: 'dct';
  /** Roles that must say the same: `targets/<name>`. */
  readonly signers: readonly string[];
  /** Verifies the whole repository. @throws SignError as `verifyRepository` */
  repository(gun: string, clock: Clock, options?: CallOptions): Promise<TrustedRepository>;
}

const names = ['root', 'server', 'access', 'signers', 'cache'];

/**
 * Trust by Docker Content Trust, for images that have nothing else yet. The root is pinned, unless `'first-use'` is asked for by name.
 *
 * @example
 * ```ts
 * import { dctTrust } from '@securosys/dct';
 * import { readFile } from 'node:fs/promises';
 * const trust = dctTrust({ root: { certificate: await readFile('root.pem') }, server: 'https://notary.example' });
 * console.log(trust.kind);
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`
 */
export function dctTrust(options: DctTrustOptions): DctTrust {
  knownOptions('dctTrust', options, names);
  const { root, server, access = {}, signers = [], cache } = options;
  readPin(root);
  if (typeof server !== 'function' && (typeof server !== 'string' || !URL.canParse(server)))
    invalidArgument('dctTrust: server is the address of a Notary server; there is no default');
  if (!Array.isArray(signers)) invalidArgument('dctTrust: signers are a list of names');
  const roles = signers.map(signerRole);
  return {
    kind: 'dct',
    signers: roles,
    async repository(name, clock, call = {}) {
      const gun = checkGun(name);
      const common = { gun, root, now: clock.now(), ...(cache && { cache }) };
      if (typeof server === 'function') return verifyRepository({ ...common, source: server(gun) }, call);
      const source = openNotaryServer({ ...access, url: server, gun });
      try {
        return await verifyRepository({ ...common, source }, call);
      } finally {
        await source.close();
      }
    },
  };
}
