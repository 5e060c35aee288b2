import { equalBytes } from '@securosys/core';
import { type Certificate, parseCertificate } from '@securosys/pki';

/** The chain that signed last: a signer uses one again and again. */
let last: readonly Certificate[] = [];

/**
 * The certificates of a signer's chain. The one used last is recognised by its bytes and not read again.
 * @throws SignError `ERR_MALFORMED`
 */
export function certificatesOf(chain: readonly Uint8Array[]): readonly Certificate[] {
  const same = chain.length === last.length && last.every(({ der }, index) => equalBytes(der, chain[index] as Uint8Array));
  if (!same) last = chain.map((der) => parseCertificate(der));
  return last;
}
