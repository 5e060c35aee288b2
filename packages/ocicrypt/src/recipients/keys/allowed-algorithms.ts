import { type EncryptionAlgorithm, SignError } from '@securosys/core';

/** Refuses what a key was not set up for: packets of others name their algorithm, and they do not decide. @throws SignError */
export function checkAlgorithm(algorithm: EncryptionAlgorithm, allowed: readonly EncryptionAlgorithm[] | undefined): void {
  if (allowed && !allowed.includes(algorithm))
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `the key is not set up for ${algorithm}, which the packet names`);
}
