import { keyTypes } from '../vendor-key.js';
import type { Command } from './command.js';
import {
  keyHelp,
  keyJson,
  keyOptions,
  keyText,
  neededValue,
  passwordSources,
  specText,
  textValue,
  withBackend,
} from './key-work.js';

/** Says what a key is. Never makes one (S8). */
export const command: Command = {
  help: `Says what a key is; never makes one. Without options this is the command of the
plugin contract, and reads its request from stdin.

${keyHelp}`,
  options: keyOptions,
  run: async (values, process) => {
    const label = neededValue(values, 'key');
    return withBackend(
      process,
      { path: textValue(values, 'config'), passwords: passwordSources(values) },
      async ({ backend }) => {
        const key = await backend.describeKey({ label });
        const type = specText(key, keyTypes);
        return { text: keyText(label, type, key), json: keyJson(label, type, key) };
      },
    );
  },
};
