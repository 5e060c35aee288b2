import { knownOptions, SignError } from '@securosys/core';
import { notationConfig } from '@securosys/notation-envelope';
import { type NotationTrust, type NotationTrustRules, trustOf, trustRuleNames } from './trust.js';

/**
 * Trust as Notation keeps it in a folder (`notation.md` §13, §14): `trustpolicy.oci.json`, else `trustpolicy.json`; `trustpolicy.blob.json`;
 * `truststore`. Policies are read now, certificates when they are needed. One of the two policies is enough.
 *
 * @example
 * ```ts
 * import { homedir } from 'node:os';
 * import { join } from 'node:path';
 * import { notationTrustFromConfig, verifyImage } from '@securosys/sign';
 * const trust = await notationTrustFromConfig(join(homedir(), '.config/notation'));
 * console.log((await verifyImage('registry.example/app:1.4', { trust })).reference);
 * ```
 * @throws SignError `ERR_NOT_FOUND` when there is no policy at all, `ERR_STORE`, `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, `ERR_LIMIT`
 */
export async function notationTrustFromConfig(folder: string, options: NotationTrustRules = {}): Promise<NotationTrust> {
  knownOptions('notationTrustFromConfig', options, trustRuleNames);
  const { trustStore, trustPolicy, blobTrustPolicy } = notationConfig(folder);
  const policy = await ifThere(trustPolicy());
  const blobPolicy = await ifThere(blobTrustPolicy());
  if (policy instanceof SignError && blobPolicy instanceof SignError) throw policy;
  return trustOf(
    {
      ...(!(policy instanceof SignError) && { policy }),
      ...(!(blobPolicy instanceof SignError) && { blobPolicy }),
      trustStore,
    },
    options,
  );
}

/** What is not there is no error yet; what cannot be read is one at once. */
async function ifThere<T>(reading: Promise<T>): Promise<T | SignError> {
  try {
    return await reading;
  } catch (error) {
    if (SignError.is(error, 'ERR_NOT_FOUND')) return error;
    throw error;
  }
}
