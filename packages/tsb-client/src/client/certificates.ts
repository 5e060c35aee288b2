import { base64Text, type CallOptions } from '@securosys/core';
import type { CertificateAnswer } from '../api/certificates.js';
import { endpoints } from '../api/endpoints.js';
import type { CallEndpoint } from './calls.js';
import { certificatesOf } from './certificate-text.js';
import { checkCallOptions } from './options.js';

/** `client.certificates` (role keyOperation, `tsb-rest-api.md` §2.7). */
export interface TsbCertificates {
  /** Attaches a certificate (DER) to the key of this label. */
  import(label: string, certificate: Uint8Array, options?: CallOptions): Promise<void>;
  /** The certificates stored with a key, DER, in the order the TSB has them. @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_NOT_FOUND` */
  get(label: string, options?: CallOptions): Promise<Uint8Array[]>;
}

export function certificateCalls(call: CallEndpoint): TsbCertificates {
  return {
    import: async (label, certificate, options = {}) => {
      checkCallOptions('certificates.import', options);
      await call(endpoints.importCertificate, { label, certificate: base64Text(certificate) }, options);
    },
    get: async (keyName, options = {}) => {
      checkCallOptions('certificates.get', options);
      const answer: CertificateAnswer = await call(endpoints.certificate, undefined, { ...options, path: { keyName } });
      return certificatesOf(answer);
    },
  };
}
