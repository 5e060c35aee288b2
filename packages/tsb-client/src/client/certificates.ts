import type { CallOptions } from '@securosys/core';
import { storedCertificateEndpoints } from '../api/endpoints-stored-certificates.js';
import type { CallEndpoint } from './calls.js';
import type { TsbCertificateCalls } from './certificate-calls.js';
import type { TsbSelfSignInput, TsbSignCertificateInput } from './certificate-input.js';
import { certificatesOf } from './certificate-text.js';
import type { TsbCsrCalls } from './csr-calls.js';
import { checkCallOptions } from './options.js';

/** `client.certificates` (role keyOperation, `tsb-rest-api.md` §2.5 and §2.7). */
export interface TsbCertificates {
  readonly request: TsbCsrCalls;
  /** The certificate is stored with its key. */
  readonly selfSign: TsbCertificateCalls<TsbSelfSignInput>;
  /** Makes a certificate of somebody's signing request; who asked is the caller's to check. */
  readonly sign: TsbCertificateCalls<TsbSignCertificateInput>;
  /** Attaches a certificate (DER) to the key of this label. */
  import(label: string, certificate: Uint8Array, options?: CallOptions): Promise<void>;
  /** The certificates stored with a key, DER, in the order the TSB has them. @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_NOT_FOUND` */
  get(label: string, options?: CallOptions): Promise<Uint8Array[]>;
  /** Takes the certificate off the key. @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_NOT_FOUND`, `ERR_OUTCOME_UNKNOWN` */
  delete(label: string, options?: CallOptions): Promise<void>;
}

export function certificateCalls(call: CallEndpoint): Pick<TsbCertificates, 'get'> {
  return {
    get: async (keyName, options = {}) => {
      checkCallOptions('certificates.get', options);
      const answer = await call(storedCertificateEndpoints.certificate, undefined, { ...options, path: { keyName } });
      return certificatesOf(answer);
    },
  };
}
