import { csrFormat, pemText, prepareCsr } from '@securosys/pki';
import { certificateHelp, certificateOptions, certificateRequest, signWithKey, writeOut } from './certificate-work.js';
import type { Command } from './command.js';

/** Makes a certification request for a key. */
export const command: Command = {
  help: `Makes a certificate signing request (PKCS#10) for a key, in PEM.

${certificateHelp}`,
  options: certificateOptions,
  run: async (values, process) => {
    const request = await certificateRequest(values, process);
    const { label, subject } = request;
    const der = await signWithKey(values, process, request, {
      identity: { what: 'request', subject },
      format: csrFormat,
      prepare: ({ spki, assurance }) => prepareCsr({ subject, key: { spki, assurance } }),
    });
    const pem = pemText(der, 'CERTIFICATE REQUEST');
    await writeOut(values, pem);
    return { text: pem.trimEnd(), json: { label, certificateRequest: pem } };
  },
};
