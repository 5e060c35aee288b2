import { sanitizeText, sha256Hex } from '@securosys/core';
import type { Certificate } from '@securosys/pki';
import type { SignerChain } from '../envelope/chain-cache.js';
import type { SignerIdentity } from './outcome.js';

/** Hashes and texts cost a tenth of a verification, and most callers never look at them. */
function describedSigner(chain: SignerChain): SignerIdentity {
  return Object.freeze({
    get subject() {
      return sanitizeText(chain[0].subjectText, 1_000);
    },
    get thumbprints() {
      return chain.map((certificate) => certificate.thumbprint);
    },
    get spkiSha256() {
      return sha256Hex(chain[0].spki);
    },
  });
}

/** By leaf: even making such an object costs microseconds, and cached certificates are the same objects each time. */
const signers = new WeakMap<Certificate, { readonly chain: SignerChain; readonly signer: SignerIdentity }>();

/** Who signed, as far as the chain says. */
export function signerOf(chain: SignerChain): SignerIdentity {
  const known = signers.get(chain[0]);
  if (known?.chain.length === chain.length && known.chain.every((certificate, i) => certificate === chain[i]))
    return known.signer;
  const signer = describedSigner(chain);
  signers.set(chain[0], { chain, signer });
  return signer;
}
