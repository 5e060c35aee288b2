import type { HashName } from '@securosys/core';

/** `HashAlgorithm` of the bundle format (`cosign.md` §6.1). */
export const hashNames: Readonly<Record<HashName, string>> = { sha256: 'SHA2_256', sha384: 'SHA2_384', sha512: 'SHA2_512' };

/** Our name of a hash, or `undefined` for one that bundles of cosign never have. */
export function hashOfName(name: string): HashName | undefined {
  return (Object.keys(hashNames) as HashName[]).find((hash) => hashNames[hash] === name);
}
