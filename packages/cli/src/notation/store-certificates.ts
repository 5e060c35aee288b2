import type { KeyBackend, KeyInfo } from '@securosys/core';
import type { Certificate } from '@securosys/pki';
import type { TsbBackend } from '@securosys/tsb-client';
import { storeChain } from './chains.js';
import type { StateFolders } from './folders.js';

const isTsb = (backend: KeyBackend): backend is TsbBackend => 'client' in backend && 'operations' in backend;

/**
 * Keeps the certificates of a key: the chain on this machine, and the leaf with the key where the backend stores such. Makes nothing
 * trusted (S29).
 * @throws SignError `ERR_CHAIN_INVALID` for a chain that could not sign, `ERR_STORE`, and those of the backend
 */
export async function storeCertificates(
  backend: KeyBackend,
  key: KeyInfo,
  folders: StateFolders,
  chain: readonly Certificate[],
): Promise<void> {
  await storeChain(folders.chains, key.spki, chain);
  const [leaf] = chain;
  const { label } = key.ref;
  if (leaf && label !== undefined && isTsb(backend)) await backend.client.certificates.import(label, leaf.der);
}
