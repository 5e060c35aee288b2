import { invalidArgument } from '@securosys/core';
import { csrFormat, pemText, prepareCsr } from '@securosys/pki';
import { pemOutput } from '../certificates/pem-output.js';
import { certificateOptions, signCertificate } from '../certificates/sign-certificate.js';
import type { Command } from '../command.js';

/** `cert csr`. */
export const command: Command = {
  describe:
    'Makes a request for a certificate (PKCS#10) that the key signs, for the CA of your company. The CA decides what the certificate says; cert import takes what it returns. While people decide on it, it ends with exit code 75; run again, it goes on with the same request.',
  options: certificateOptions,
  examples: ['securosys-sign cert csr --key release --subject CN=release,O=Example,ST=Zurich,C=CH --output release.csr'],
  run: async (context) => {
    const { words, output } = context;
    const subject = words.text('subject') ?? invalidArgument('whose certificate? give --subject CN=…,O=…,ST=…,C=…');
    const target = pemOutput(context);
    await signCertificate(context, {
      name: `certificate request of ${subject}`,
      identity: { what: 'request', subject },
      format: csrFormat,
      prepare: ({ spki, assurance }) => prepareCsr({ subject, key: { spki, assurance } }),
      keep: async (der, { ref }) => {
        const pem = pemText(der, 'CERTIFICATE REQUEST');
        await target.write(pem);
        const { file } = target;
        const data = { subject, spkiSha256: ref.spkiSha256, request: pem, ...(file !== undefined && { file }) };
        if (file === undefined) output.result(data, pem.trimEnd().split('\n'));
        else
          output.result(data, [
            { text: `request for a certificate of ${subject}`, tone: 'strong' },
            `  public key SHA-256 ${ref.spkiSha256}`,
            `  ${file}`,
          ]);
        output.note('send it to the CA; what it returns: securosys-sign cert import');
      },
    });
    return 'ok';
  },
};
