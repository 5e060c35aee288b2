import type { Command } from '../command.js';
import { changeKey, changeOptions } from '../keys/change-key.js';

/** `key block`. */
export const command: Command = {
  describe: 'Has a key refuse every use until it is unblocked. Whoever has to approve it by the rules of the key is asked.',
  arguments: [{ name: 'key', describe: 'name in the configuration, or label' }],
  options: changeOptions,
  run: (context) => changeKey(context, 'block'),
};
