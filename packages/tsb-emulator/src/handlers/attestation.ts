import { base64Text } from '@securosys/core';
import { attest, attestationView } from '../hsm/attestation.js';
import { attestationArchive } from '../hsm/attestation-archive.js';
import { hsmSeconds } from '../partition.js';
import type { Handlers } from './call.js';
import { openedKey } from './keys.js';

export const attestationHandlers: Pick<Handlers, 'keyAttestation' | 'keyAttestationJson' | 'attestationChain'> = {
  async keyAttestation({ partition, body }) {
    const now = hsmSeconds(partition);
    return attestationArchive(await attest(partition, await openedKey(partition, body), now), now);
  },

  async keyAttestationJson({ partition, body }) {
    return attestationView(await attest(partition, await openedKey(partition, body), hsmSeconds(partition)));
  },

  /** There is one attestation key, whatever it is called in the path. */
  async attestationChain({ partition }) {
    return { attestationCertificateChain: (await partition.attestationChain.certificates()).map(base64Text) };
  },
};
