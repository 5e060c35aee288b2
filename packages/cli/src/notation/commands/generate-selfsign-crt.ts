import { certificateFormat, parseCertificate, prepareCertificate } from '@securosys/pki';
import { stateFolders } from '../folders.js';
import { storeCertificates } from '../store-certificates.js';
import { certificateHelp, certificateOptions, certificateRequest, signWithKey } from './certificate-work.js';
import type { Command } from './command.js';

const dayMs = 86_400_000;

/** Makes a self-signed certificate, and stores it with its key. */
export const command: Command = {
  help: `Makes a self-signed signing certificate, and stores it with its key. Nobody
trusts it before add-trust-anchor was run where signatures are verified.

${certificateHelp}
  --days <number>          how long it is valid; default 365`,
  options: certificateOptions,
  run: async (values, process) => {
    const request = await certificateRequest(values, process);
    const { label, subject, days, vendor } = request;
    const now = process.clock.now();
    const pem = await signWithKey(values, process, request, {
      identity: { what: 'self-signed', subject, days },
      format: certificateFormat,
      pemLabel: 'CERTIFICATE',
      prepare: (key) => {
        const { spki, assurance } = key;
        const validity = { notBefore: now, notAfter: now + days * dayMs };
        return prepareCertificate({ subject, key: { spki, assurance }, validity, profile: 'leaf' });
      },
      keep: (certificate, key, backend) =>
        storeCertificates(backend, key, stateFolders(process.env), [parseCertificate(certificate)]),
    });
    const json = { label, certificate: pem };
    return { text: vendor ? JSON.stringify(json) : pem.trimEnd(), json };
  },
};
