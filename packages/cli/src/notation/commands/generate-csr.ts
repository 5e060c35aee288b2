import { csrFormat, prepareCsr } from '@securosys/pki';
import { certificateHelp, certificateOptions, certificateRequest, signWithKey } from './certificate-work.js';
import type { Command } from './command.js';

/** Makes a certification request for a key. */
export const command: Command = {
  help: `Makes a certificate signing request (PKCS#10) for a key, in PEM.

${certificateHelp}`,
  options: certificateOptions,
  run: async (values, process) => {
    const request = await certificateRequest(values, process);
    const { label, subject } = request;
    const pem = await signWithKey(values, process, request, {
      identity: { what: 'request', subject },
      format: csrFormat,
      pemLabel: 'CERTIFICATE REQUEST',
      prepare: ({ spki, assurance }) => prepareCsr({ subject, key: { spki, assurance } }),
    });
    return { text: pem.trimEnd(), json: { label, certificateRequest: pem } };
  },
};
