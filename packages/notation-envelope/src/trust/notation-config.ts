import { join } from 'node:path';
import { invalidArgument, SignError, sanitizeText } from '@securosys/core';
import { type BlobTrustPolicy, type BlobTrustPolicyOptions, parseBlobTrustPolicy } from './blob-policy.js';
import { readRegularFile } from './notation-config-file.js';
import { maxPolicyBytes } from './policy-document.js';
import { parseTrustPolicy, type TrustPolicy, type TrustPolicyOptions } from './trust-policy.js';
import type { TrustStore } from './trust-store.js';
import { trustStoreFromFolder } from './trust-store-folder.js';

/** Trust as Notation keeps it in a folder. Files are read at each use. */
export interface NotationConfig {
  readonly folder: string;
  /** `truststore` in the folder. */
  readonly trustStore: TrustStore;
  /**
   * `trustpolicy.oci.json`, and only where there is none the older `trustpolicy.json`.
   * @throws SignError `ERR_NOT_FOUND`, `ERR_STORE`, and those of {@link parseTrustPolicy}
   */
  trustPolicy(options?: TrustPolicyOptions): Promise<TrustPolicy>;
  /**
   * `trustpolicy.blob.json`.
   * @throws SignError `ERR_NOT_FOUND`, `ERR_STORE`, and those of {@link parseBlobTrustPolicy}
   */
  blobTrustPolicy(options?: BlobTrustPolicyOptions): Promise<BlobTrustPolicy>;
}

/** Bytes of the first file that exists. One that exists and cannot be read hides those behind it. */
async function firstOf(folder: string, names: readonly string[]): Promise<Uint8Array> {
  for (const name of names)
    try {
      return await readRegularFile(join(folder, name), `trust policy ${name}`, maxPolicyBytes);
    } catch (error) {
      if (SignError.is(error)) throw error;
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        throw new SignError('ERR_STORE', `trust policy ${name} cannot be read, or is a link`, { cause: error });
    }
  throw new SignError('ERR_NOT_FOUND', `no ${names.join(' or ')} in ${sanitizeText(folder, 4_096)}`);
}

/**
 * Trust policies and trust stores of a folder as Notation lays it out (`notation.md` §13, §14, §18); `notationConfigFolder` says which
 * one that is on a machine. Policies must be regular files, never links.
 *
 * @example
 * ```ts
 * import { notationConfig, notationConfigFolder } from '@securosys/notation-envelope';
 * const { trustStore, trustPolicy } = notationConfig(notationConfigFolder({ env: process.env }));
 * const trust = { trustStore, trustPolicy: await trustPolicy() };
 * ```
 * @param folder what `NOTATION_CONFIG` names
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function notationConfig(folder: string): NotationConfig {
  if (typeof folder !== 'string' || folder === '') return invalidArgument('the folder of the settings of Notation has no name');
  return {
    folder,
    trustStore: trustStoreFromFolder(join(folder, 'truststore')),
    trustPolicy: async (options) =>
      parseTrustPolicy(await firstOf(folder, ['trustpolicy.oci.json', 'trustpolicy.json']), options),
    blobTrustPolicy: async (options) => parseBlobTrustPolicy(await firstOf(folder, ['trustpolicy.blob.json']), options),
  };
}
