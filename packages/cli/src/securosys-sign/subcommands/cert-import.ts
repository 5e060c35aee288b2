import { type Certificate, parseCertificates, pemText } from '@securosys/pki';
import { certificateData, certificateLines } from '../certificates/certificate-lines.js';
import { judgeChain, missingInName, wholeChain } from '../certificates/judge-chain.js';
import { keepChain } from '../certificates/keep-chain.js';
import { pemOutput } from '../certificates/pem-output.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { withBackend } from '../keys/open-keys.js';
import { namedKey } from '../open/key-settings.js';
import { backendOptions } from '../open/open-backend.js';
import { keyOptions } from '../open/open-signer.js';

async function certificatesOf({ words, readFile }: CommandContext): Promise<readonly Certificate[]> {
  const files = await Promise.all(words.arguments.map((path) => readFile(path, 'the file of certificates')));
  return files.flatMap((bytes) => parseCertificates(bytes));
}

/** `cert import`. */
export const command: Command = {
  describe:
    'Takes the certificates that a CA has returned for a key: checks that the first is for this key and that each was issued by the next, up to the root, and keeps them where sign and the Notation plugin find them: on a PKCS#11 token, or with the key at the TSB and in a file of this user. Warns of what Notation would refuse. Makes nothing trusted.',
  arguments: [{ name: 'certificates', describe: 'PEM or DER, in any order: of the key, of its CAs, of the root', many: true }],
  options: [
    ...keyOptions.filter(({ name }) => name === 'key' || name === 'key-password-file'),
    { name: 'output', value: 'path', describe: 'file for the chain in order, PEM: for --chain, or another machine' },
    { name: 'force', describe: 'replace that file' },
    { name: 'no-store', describe: 'only check them, and write --output' },
    ...backendOptions,
  ],
  examples: ['securosys-sign cert import --key release release.pem company-ca.pem'],
  run: async (context) => {
    const { words, output, clock, signal } = context;
    const settings = await context.settings();
    const certificates = await certificatesOf(context);
    const key = namedKey(settings);
    const target = pemOutput(context);
    return withBackend(context, [key], async (backend) => {
      const info = await backend.describeKey(key.ref, { signal });
      const chain = wholeChain(info.spki, certificates);
      const { usable, warnings: found } = judgeChain(chain, clock.now());
      const [leaf] = chain as readonly [Certificate];
      const unnamed = missingInName(leaf);
      const warnings = [
        ...found,
        ...certificates
          .filter((one) => !chain.some(({ thumbprint }) => thumbprint === one.thumbprint))
          .map(({ subjectText }) => `${subjectText} is no part of the chain, and is left out`),
        ...(unnamed.length > 0
          ? [`a trust policy of Notation cannot name this signer: its subject has no ${unnamed.join(', ')}`]
          : []),
      ];
      for (const warning of warnings) output.warn(warning);
      const kept = words.flag('no-store') ? [] : await keepChain(context, backend, info, chain, usable);
      await target.write(chain.map(({ der }) => pemText(der, 'CERTIFICATE')).join(''));
      const { file } = target;
      output.result({ usable, warnings, chain: chain.map(certificateData), kept, ...(file !== undefined && { file }) }, [
        ...chain.flatMap(certificateLines),
        ...kept.map((where) => `  kept: ${where}`),
        ...(file === undefined ? [] : [`  ${file}`]),
      ]);
      return 'ok';
    });
  },
};
