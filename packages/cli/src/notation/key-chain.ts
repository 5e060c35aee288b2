import { type KeyBackend, type KeyInfo, SignError } from '@securosys/core';
import { parseCertificate } from '@securosys/pki';
import { namedChain, orderChain, storedChain } from './chains.js';
import type { StateFolders } from './folders.js';

/** Where the certificates of a key may come from, in the order in which they are looked for. */
export interface ChainSources {
  /** Absolute path of a file that the user names. */
  readonly file?: string;
  readonly folders: StateFolders;
  readonly backend: KeyBackend;
}

/**
 * The certificates of a key, DER, leaf first: of the file that the user names, of those stored here, or of the backend.
 * @throws SignError `ERR_CHAIN_INVALID`, `ERR_MALFORMED`, `ERR_NOT_FOUND`, `ERR_STORE`, and those of the backend
 */
export async function keyChain({ file, folders, backend }: ChainSources, key: KeyInfo): Promise<readonly Uint8Array[]> {
  if (file !== undefined) return namedChain(file, key.spki);
  const stored = await storedChain(folders.chains, key.spki);
  if (stored) return stored;
  const own = (await backend.certificates?.(key.ref)) ?? [];
  if (own.length === 0)
    throw new SignError('ERR_CHAIN_INVALID', 'the key has no certificates: import-certificate stores them', {
      details: { rule: 'chain-empty' },
    });
  return orderChain(
    key.spki,
    own.map((der) => parseCertificate(der)),
  ).map(({ der }) => der);
}
