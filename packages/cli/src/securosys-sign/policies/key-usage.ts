import type { CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';

/** What a key is for: approvals of decryption never live for ever (S5). */
export type KeyUsage = 'sign' | 'decrypt';

export const usageOption: CommandOption = {
  name: 'usage',
  value: 'what',
  choices: ['sign', 'decrypt'],
  describe: 'what the key is for: sign (default) or decrypt',
};

export const usageOf = ({ words }: Pick<CommandContext, 'words'>): KeyUsage =>
  words.text('usage') === 'decrypt' ? 'decrypt' : 'sign';
