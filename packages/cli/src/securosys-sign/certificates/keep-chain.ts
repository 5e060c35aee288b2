import type { KeyBackend, KeyInfo } from '@securosys/core';
import type { Certificate } from '@securosys/pki';
import { forgetChain, storeChain } from '../../notation/chains.js';
import { stateFolders } from '../../notation/folders.js';
import { isPkcs11 } from '../../notation/is-pkcs11.js';
import type { CommandContext } from '../context.js';
import { isTsb } from '../keys/open-keys.js';

/** Where the certificates of a key are kept, in words. */
export type KeptChain = readonly string[];

/**
 * Keeps a chain where this program and the Notation plugin look for it: a token takes all of it; a TSB takes the leaf, and the
 * whole chain is kept on this machine. Makes nothing trusted (S29).
 * @param usable whether Notation would take signatures with it: others go to the backend only
 * @throws SignError `ERR_STORE`, and those of the backend
 */
export async function keepChain(
  { env, signal }: CommandContext,
  backend: KeyBackend,
  { ref, spki }: KeyInfo,
  chain: readonly Certificate[],
  usable: boolean,
): Promise<KeptChain> {
  const { chains } = stateFolders(env);
  const kept: string[] = [];
  if (isPkcs11(backend)) {
    await backend.storeCertificates(
      ref,
      chain.map(({ der }) => der),
      { signal },
    );
    kept.push(`the chain, on the token with its key`);
  }
  const [leaf] = chain;
  if (isTsb(backend) && leaf && ref.label !== undefined) {
    await backend.client.certificates.import(ref.label, leaf.der, { signal });
    kept.push('the certificate, with its key at the TSB');
  }
  // What was kept before must not be taken for the chain of the key any more.
  if (isPkcs11(backend) || !usable) await forgetChain(chains, spki);
  else {
    await storeChain(chains, spki, chain);
    kept.push(`the chain, in ${chains}`);
  }
  return kept;
}
