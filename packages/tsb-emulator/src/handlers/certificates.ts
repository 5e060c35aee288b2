import { base64Bytes, base64Text, equalBytes, ownBytes, spkiOf } from '@securosys/core';
import { failure } from '../failure.js';
import { errorOfForeignCertificate } from '../inferred.js';
import type { KeyRecord } from '../keys/key-record.js';
import { readCertificate } from '../keys/read-certificate.js';
import type { Handlers } from './call.js';

/** Both names that servers use for the member (`tsb-rest-api.md` §8, 7). */
function certificateView(key: KeyRecord) {
  if (!key.certificate) throw failure(653, `Key '${key.label}' has no certificate`);
  const certificate = base64Text(key.certificate);
  return { label: key.label, certificate, rawCertificate: certificate };
}

export const certificateHandlers: Pick<Handlers, 'importCertificate' | 'certificate' | 'deleteCertificate'> = {
  importCertificate({ partition, body }) {
    const key = partition.keys.held(body.label);
    const certificate = readCertificate(base64Bytes(body.certificate, 'certificate'));
    if (!key.spki || !equalBytes(spkiOf(certificate.publicKey), key.spki))
      throw failure(errorOfForeignCertificate, 'the certificate is for another key');
    partition.keys.update(key, { certificate: ownBytes(certificate.raw) });
    return certificateView(key);
  },

  certificate: ({ partition, params }) => certificateView(partition.keys.held(params.keyName ?? '')),

  deleteCertificate({ partition, params }) {
    const key = partition.keys.held(params.keyName ?? '');
    certificateView(key); // refuses when there is none
    partition.keys.update(key, { certificate: undefined });
    return undefined;
  },
};
