import { SignError } from '@securosys/core';
import type { Command } from '../command.js';
import { keyData, keyLines } from '../keys/key-lines.js';
import { withBackend } from '../keys/open-keys.js';
import { backendOptions } from '../open/open-backend.js';

/** `key list`. */
export const command: Command = {
  describe: 'Lists the keys of the backend.',
  options: backendOptions,
  run: (context) =>
    withBackend(context, [], async (backend) => {
      if (!backend.listKeys) throw new SignError('ERR_CAPABILITY_MISSING', 'this backend does not list its keys');
      let count = 0;
      for await (const info of backend.listKeys({ signal: context.signal })) {
        count++;
        context.output.result(keyData(info), keyLines(info));
      }
      if (count === 0) context.output.note('there is no key');
      return 'ok';
    }),
};
