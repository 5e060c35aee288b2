import { equalBytes } from '@securosys/core';
import { type Certificate, parseCertificate } from '@securosys/pki';

/** By the array that holds the bytes: a signer hands out the same one each time. */
const parsed = new WeakMap<readonly Uint8Array[], readonly Certificate[]>();

/**
 * The certificates of a signer's chain, not read again while the array and its bytes are the same.
 * @throws SignError `ERR_MALFORMED`
 */
export function certificatesOf(chain: readonly Uint8Array[]): readonly Certificate[] {
  const known = parsed.get(chain);
  const same = known?.length === chain.length && known.every(({ der }, index) => equalBytes(der, chain[index] as Uint8Array));
  const certificates = same ? (known as readonly Certificate[]) : chain.map((der) => parseCertificate(der));
  parsed.set(chain, certificates);
  return certificates;
}
