import type { CallOptions } from '@securosys/core';
import type { KeyAttestation } from '../api/attestation.js';
import { toCharArray } from '../api/char-array.js';
import { endpoints } from '../api/endpoints.js';
import type { CallEndpoint } from './calls.js';
import type { KeyCallOptions } from './keys.js';
import { checkCallOptions, checkObject } from './options.js';
import { answeredBytes } from './wire-values.js';

/** `client.attestation` (role keyManagement, `tsb-rest-api.md` §2.3). Nothing here is verified: `verifyAttestation` does that. */
export interface TsbAttestation {
  /**
   * Certificates of the key that attests, DER, its own first.
   * @param attestationKeyName as `attestationKeyName` of key attributes has it
   * @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_NOT_FOUND`
   */
  chain(attestationKeyName?: string, options?: CallOptions): Promise<Uint8Array[]>;
  /** The attestation of a key as the server archives it: the bytes of a zip file. @throws SignError `ERR_KEY_NOT_FOUND` */
  archive(label: string, options?: KeyCallOptions): Promise<Uint8Array>;
  /** The same as JSON. Where servers answer it is inferred: one that does not is `ERR_NOT_FOUND`. */
  of(label: string, options?: KeyCallOptions): Promise<KeyAttestation>;
}

function named(where: string, label: string, given: KeyCallOptions) {
  checkObject(`options of ${where}`, given);
  const { password, ...options } = given;
  checkCallOptions(where, options);
  return [{ label, password: toCharArray(password) }, options] as const;
}

export function attestationCalls(call: CallEndpoint): TsbAttestation {
  return {
    chain: async (attestationKeyName = 'attestation-key', options = {}) => {
      checkCallOptions('attestation.chain', options);
      const path = { attestationKeyName };
      const { attestationCertificateChain } = await call(endpoints.attestationChain, undefined, { ...options, path });
      return attestationCertificateChain.map((text) => answeredBytes(text, 'attestation certificate'));
    },
    archive: async (label, options = {}) => call(endpoints.keyAttestation, ...named('attestation.archive', label, options)),
    of: async (label, options = {}) => call(endpoints.keyAttestationJson, ...named('attestation.of', label, options)),
  };
}
