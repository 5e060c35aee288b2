import { invalidArgument, type KeySpec, keySpecs } from '@securosys/core';
import { createKey } from '../../backends/create-key.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { keyData, keyLines } from '../keys/key-lines.js';
import { withBackend } from '../keys/open-keys.js';
import { backendOptions } from '../open/open-backend.js';

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

/** `key create`. */
export const command: Command = {
  describe:
    'Makes a signing key. Who has to approve its use is decided now: a key that is made without rules never gets any, and nothing else makes keys.',
  arguments: [{ name: 'label', describe: 'of the new key' }],
  options: [
    { name: 'spec', value: 'spec', choices: keySpecs, describe: 'ec-p256, rsa-3072, …; ec-p384 unless it is said' },
    { name: 'rules', value: 'path', describe: 'who has to approve its use: JSON of policy build key' },
    { name: 'no-approval', describe: 'nobody has to approve its use, ever' },
    ...backendOptions,
  ],
  examples: ['securosys-sign key create release --rules rules.json'],
  run: async (context) => {
    const [label = ''] = context.words.arguments;
    const policy = await policyOf(context);
    const spec = (context.words.text('spec') ?? 'ec-p384') as KeySpec;
    return withBackend(context, [], async (backend) => {
      const info = await createKey(backend, { label, spec, policy }, { signal: context.signal });
      context.output.result(keyData(info), keyLines(info));
      return 'ok';
    });
  },
};
