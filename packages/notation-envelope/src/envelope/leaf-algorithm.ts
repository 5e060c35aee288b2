import { type SignatureAlgorithm, SignError, signatureAlgorithmFor } from '@securosys/core';
import type { Certificate } from '@securosys/pki';

/**
 * The one algorithm that the leaf's key may sign with (`notation.md` §3).
 * @throws SignError `ERR_CHAIN_INVALID` without a leaf, `ERR_ALGORITHM_UNSUPPORTED`
 */
export function leafAlgorithm(leaf: Certificate | undefined): SignatureAlgorithm {
  if (!leaf)
    throw new SignError('ERR_CHAIN_INVALID', 'a Notary signature needs a certificate chain', {
      details: { rule: 'chain-empty' },
    });
  return signatureAlgorithmFor('notary', leaf.spec);
}
