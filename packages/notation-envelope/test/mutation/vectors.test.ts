import { readFileSync } from 'node:fs';
import { trustStoreFromCertificates } from '@securosys/notation-envelope';
import { clockAt, policyWith, trusting } from '../helpers/envelopes.js';
import { itHolds } from './it-holds.js';
import { jwsCodec } from './jws-codec.js';
import type { Original } from './original.js';
import { jwsMutations } from './tables.js';

const target = {
  mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
  digest: 'sha256:60043cf45eaebc4c0867fea485a039b598f52fd09fd5b07b0b2d2f88fad9d74e',
  size: 528,
};

/** An envelope of notation-go's tests, judged with its own root as the anchor. */
function vector(name: string, store: 'ca' | 'signingAuthority', verdict: Original['verdict']): Original {
  const bytes = Uint8Array.from(readFileSync(new URL(`../vectors/notation/${name}`, import.meta.url)));
  const { chain } = jwsCodec.split(bytes);
  const options = trusting({
    subject: target,
    clock: clockAt(Date.UTC(2026, 10, 21)),
    trustPolicy: policyWith({ trustStores: [`${store}:v`], trustedIdentities: ['x509.subject:C=US,ST=WA,L=Seattle,O=Notary'] }),
    trustStore: trustStoreFromCertificates({ [`${store}:v`]: chain.slice(-1) }),
  });
  return { name, codec: jwsCodec, bytes, options, verdict, otherChains: [], otherSignatures: [] };
}

itHolds(
  "envelopes of Notation's own tests",
  () => [
    vector('ca_valid_sig_env.json', 'ca', 'trusted'),
    vector('sa_valid_sig_env.json', 'signingAuthority', 'trusted'),
    // No change makes any of these good.
    vector('ca_expired_sig_env.json', 'ca', 'not-trusted'),
    vector('sa_plugin_sig_env.json', 'signingAuthority', 'not-trusted'),
  ],
  jwsMutations,
);
