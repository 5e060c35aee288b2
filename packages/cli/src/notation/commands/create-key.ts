import { invalidArgument } from '@securosys/core';
import { createKey } from '../../backends/create-key.js';
import { readNamedFile } from '../../files/read-file.js';
import { keySpecOf, keyTypes } from '../vendor-key.js';
import type { Command } from './command.js';
import { backendOptions, keyJson, keyText, neededValue, passwordSources, specText, textValue, withBackend } from './key-work.js';

/** Makes a key: the only command that does, and only with a decision about its policy (S8). */
export const command: Command = {
  help: `Makes a key that signs, and nothing else.

  --name <label>           its name
  --type <type>            ${Object.keys(keyTypes).join(', ')}
  --policy <path>          JSON of the policy that says who has to approve its use
  --no-policy              nobody has to: whoever has the credential may sign
  --password-file <path>   file that holds the password it gets
  --password-env <name>    environment variable that holds it
  --config <path>          configuration`,
  options: {
    ...backendOptions,
    name: { type: 'string' },
    type: { type: 'string' },
    policy: { type: 'string' },
    'no-policy': { type: 'boolean' },
    'password-file': { type: 'string' },
    'password-env': { type: 'string' },
  },
  run: async (values, process) => {
    const label = neededValue(values, 'name');
    const spec = keySpecOf(neededValue(values, 'type'));
    const path = textValue(values, 'policy');
    if ((path !== undefined) === (values['no-policy'] === true))
      invalidArgument('say --policy <path>, or --no-policy: a key without a policy can never get one');
    const policy = path === undefined ? null : await readNamedFile(path, 'the policy', 'own');
    return withBackend(
      process,
      { path: textValue(values, 'config'), passwords: passwordSources(values) },
      async ({ backend }) => {
        const key = await createKey(backend, { label, spec, policy });
        const type = specText(key, keyTypes);
        return { text: keyText(label, type, key), json: keyJson(label, type, key) };
      },
    );
  },
};
