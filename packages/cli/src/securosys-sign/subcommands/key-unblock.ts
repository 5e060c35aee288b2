import type { Command } from '../command.js';
import { changeKey, changeOptions } from '../keys/change-key.js';

/** `key unblock`. */
export const command: Command = {
  describe: 'Lifts the block of a key. Whoever has to approve it by the rules of the key is asked.',
  arguments: [{ name: 'key', describe: 'name in the configuration, or label' }],
  options: changeOptions,
  run: (context) => changeKey(context, 'unblock'),
};
