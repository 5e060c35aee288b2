import { endpoint, none } from './endpoint.js';
import { certificateDto, importCertificateDto } from './stored-certificates.js';

const role = 'keyOperation';

/** Certificates that are stored with a key (`tsb-rest-api.md` §2.7). */
export const storedCertificateEndpoints = {
  importCertificate: endpoint('POST', '/v1/certificate/import/plain', role, 'idempotent', importCertificateDto, certificateDto),
  certificate: endpoint('GET', '/v1/certificate/{keyName}', role, 'read', none, certificateDto),
  deleteCertificate: endpoint('DELETE', '/v1/certificate/{keyName}', role, 'create', none, none),
} as const;
