import { invalidArgument } from '@securosys/core';
import { type Certificate, certificateFormat, parseCertificate, pemText, prepareCertificate } from '@securosys/pki';
import { certificateData, certificateLines } from '../certificates/certificate-lines.js';
import { missingInName } from '../certificates/judge-chain.js';
import { keepChain } from '../certificates/keep-chain.js';
import { pemOutput } from '../certificates/pem-output.js';
import { certificateOptions, signCertificate } from '../certificates/sign-certificate.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';

const dayMs = 86_400_000;
/** Verifiers whose clocks are late take it nevertheless. */
const clockDifferenceMs = 60_000;
const profiles = { 'code-signing': 'leaf', timestamping: 'timestamping' } as const;

function validityMs({ words }: CommandContext): number {
  const typed = words.text('days') ?? '365';
  const days = /^[1-9]\d{0,4}$/.test(typed) ? Number(typed) : Number.NaN;
  return days <= 36_525 ? days * dayMs : invalidArgument('--days is a number from 1 to 36525');
}

/** What nobody should find out when signatures are verified for the first time. */
function warnOf({ output }: CommandContext, certificate: Certificate): void {
  const missing = missingInName(certificate);
  if (missing.length > 0)
    output.warn(
      `a trust policy of Notation cannot name this signer, only trust everybody of its trust store: the subject has no ${missing.join(', ')}`,
    );
}

/** `cert self-sign`. */
export const command: Command = {
  describe:
    'Has a key issue a certificate to itself, as Notation demands it of signers: for digital signatures and code signing, and no CA. Nobody trusts it before it stands in a trust store. While people decide on it, it ends with exit code 75; run again, it goes on with the same certificate.',
  options: [
    ...certificateOptions,
    { name: 'days', value: 'number', describe: 'how long it is valid; default 365' },
    {
      name: 'usage',
      value: 'usage',
      choices: Object.keys(profiles),
      describe: 'code-signing unless it is said, or timestamping for the key of a timestamp authority',
    },
    { name: 'store', describe: 'keep it with its key, where sign and the Notation plugin find it' },
  ],
  examples: [
    'securosys-sign cert self-sign --key release --subject CN=release,O=Example,ST=Zurich,C=CH --store --output release.pem',
  ],
  run: async (context) => {
    const { words, output, clock } = context;
    const subject = words.text('subject') ?? invalidArgument('whose certificate? give --subject CN=…,O=…,ST=…,C=…');
    const usage = words.text('usage') === 'timestamping' ? 'timestamping' : 'code-signing';
    const store = words.flag('store');
    if (store && usage !== 'code-signing') invalidArgument('--store is for certificates that sign images and files');
    const validFor = validityMs(context);
    const target = pemOutput(context);
    await signCertificate(context, {
      name: `certificate of ${subject}`,
      identity: { what: 'self-signed', subject, days: validFor / dayMs, usage },
      format: certificateFormat,
      prepare: ({ spki, assurance }) => {
        const notBefore = clock.now() - clockDifferenceMs;
        const validity = { notBefore, notAfter: notBefore + validFor };
        return prepareCertificate({ subject, key: { spki, assurance }, validity, profile: profiles[usage] });
      },
      keep: async (der, key, backend) => {
        const certificate = parseCertificate(der);
        const pem = pemText(der, 'CERTIFICATE');
        const kept = store ? await keepChain(context, backend, key, [certificate], true) : [];
        await target.write(pem);
        if (usage === 'code-signing') warnOf(context, certificate);
        const { file } = target;
        const data = { ...certificateData(certificate), certificate: pem, kept, ...(file !== undefined && { file }) };
        const stored = kept.map((where) => `  kept: ${where}`);
        if (file === undefined) {
          for (const line of [...certificateLines(certificate), ...stored]) output.note(line);
          output.result(data, pem.trimEnd().split('\n'));
        } else output.result(data, [...certificateLines(certificate), `  ${file}`, ...stored]);
      },
    });
    return 'ok';
  },
};
