import { storedCertificateEndpoints } from '../api/endpoints-stored-certificates.js';
import type { CallEndpoint } from './calls.js';
import { selfSignCalls, signCertificateCalls } from './certificate-calls.js';
import type { TsbCertificates } from './certificates.js';
import { csrCalls } from './csr-calls.js';
import { checkCallOptions } from './options.js';
import { bytesText } from './wire-values.js';

/** What is done with certificates beside reading them. */
export function rareCertificateCalls(call: CallEndpoint): Omit<TsbCertificates, 'get'> {
  return {
    request: csrCalls(call),
    selfSign: selfSignCalls(call),
    sign: signCertificateCalls(call),
    import: async (label, certificate, options = {}) => {
      checkCallOptions('certificates.import', options);
      await call(
        storedCertificateEndpoints.importCertificate,
        { label, certificate: bytesText('certificate', certificate) },
        options,
      );
    },
    delete: async (keyName, options = {}) => {
      checkCallOptions('certificates.delete', options);
      await call(storedCertificateEndpoints.deleteCertificate, undefined, { ...options, path: { keyName } });
    },
  };
}
