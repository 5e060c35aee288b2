import { invalidArgument, type KeyPurpose, type KeySpec, keySpecs } from '@securosys/core';
import { pemText } from '@securosys/pki';
import { createKey } from '../../backends/create-key.js';
import { pemOutput } from '../certificates/pem-output.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { keyData, keyLines } from '../keys/key-lines.js';
import { labelOf, withBackend } from '../keys/open-keys.js';
import { namedKey } from '../open/key-settings.js';
import { backendOptions } from '../open/open-backend.js';
import { keyOptions } from '../open/open-signer.js';

/** Who approves is a decision, never a default (S8). @throws SignError `ERR_INVALID_ARGUMENT` */
async function policyOf(context: CommandContext): Promise<Uint8Array | null> {
  const { words } = context;
  const [rules, nobody] = [words.text('rules'), words.flag('no-approval')];
  if (rules !== undefined && nobody) return invalidArgument('give --rules or --no-approval');
  if (rules !== undefined) return context.readFile(rules, '--rules');
  if (nobody) return null;
  return invalidArgument(
    'who has to approve the use of this key? give --rules (securosys-sign policy build key writes them), or --no-approval: a key without rules never gets any',
  );
}

/** The type of key that is made for a purpose when none is said; RSA is what decrypts without an agreement. */
const usualSpecs: Readonly<Record<KeyPurpose, KeySpec>> = { sign: 'ec-p384', decrypt: 'rsa-3072', derive: 'ec-p384' };
const purposes = ['sign', 'decrypt', 'derive'] as const;

/** `key create`. */
export const command: Command = {
  describe:
    'Makes a key that does one thing: sign, decrypt, or derive for encrypted images of EC recipients, which PKCS#11 tokens can. Who has to approve its use is decided now: a key that is made without rules never gets any, and nothing else makes keys.',
  arguments: [{ name: 'key', describe: 'name in the configuration, or the label of the new key' }],
  options: [
    { name: 'purpose', value: 'purpose', choices: purposes, describe: 'the one thing that it may do; default sign' },
    { name: 'spec', value: 'spec', choices: keySpecs, describe: 'its type; default ec-p384, to decrypt rsa-3072' },
    { name: 'rules', value: 'path', describe: 'who has to approve its use: JSON of policy build key' },
    { name: 'no-approval', describe: 'nobody has to approve its use, ever' },
    ...keyOptions.filter(({ name }) => name === 'key-password-file'),
    { name: 'output', value: 'path', describe: 'file for its public half, PEM: for verify and encrypt' },
    { name: 'force', describe: 'replace that file' },
    ...backendOptions,
  ],
  examples: [
    'securosys-sign key create release --rules rules.json',
    'securosys-sign key create images --purpose decrypt --rules rules.json --output images.pem',
  ],
  run: async (context) => {
    const { words, output, signal } = context;
    const policy = await policyOf(context);
    const key = namedKey(await context.settings(), words.arguments[0]);
    const purpose = purposes.find((one) => one === words.text('purpose')) ?? 'sign';
    const spec = keySpecs.find((one) => one === words.text('spec')) ?? usualSpecs[purpose];
    const target = pemOutput(context);
    return withBackend(context, [key], async (backend) => {
      const info = await createKey(backend, { label: labelOf(key), spec, purpose, policy }, { signal });
      await target.write(pemText(info.spki, 'PUBLIC KEY'));
      const { file } = target;
      output.result({ ...keyData(info), ...(file !== undefined && { file }) }, [
        ...keyLines(info),
        ...(file === undefined ? [] : [`  ${file}`]),
      ]);
      return 'ok';
    });
  },
};
