import type { KeyBackend, KeyInfo } from '@securosys/core';
import { type Certificate, checkNotaryChain } from '@securosys/pki';
import type { TsbBackend } from '@securosys/tsb-client';
import { forgetChain, storeChain } from './chains.js';
import type { StateFolders } from './folders.js';
import { isPkcs11 } from './is-pkcs11.js';

const isTsb = (backend: KeyBackend): backend is TsbBackend => 'client' in backend && 'operations' in backend;
/**
 * Keeps the certificates of a key: a token has the whole chain; elsewhere the chain is on this machine, and the leaf with the key where
 * the backend stores such. Makes nothing trusted (S29).
 * @throws SignError `ERR_CHAIN_INVALID` for a chain that could not sign, `ERR_STORE`, and those of the backend
 */
export async function storeCertificates(
  backend: KeyBackend,
  key: KeyInfo,
  folders: StateFolders,
  chain: readonly Certificate[],
): Promise<void> {
  if (isPkcs11(backend)) {
    checkNotaryChain(chain, { purpose: 'code-signing' });
    await forgetChain(folders.chains, key.spki);
    return backend.storeCertificates(
      key.ref,
      chain.map(({ der }) => der),
    );
  }
  await storeChain(folders.chains, key.spki, chain);
  const [leaf] = chain;
  const { label } = key.ref;
  if (leaf && label !== undefined && isTsb(backend)) await backend.client.certificates.import(label, leaf.der);
}
