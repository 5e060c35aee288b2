import { decide, decisionOptions } from '../approving/decide.js';
import type { Command } from '../command.js';

/** `reject`. */
export const command: Command = {
  describe: 'Rejects requests as a whole, or single tasks: shows them and asks once.',
  arguments: [{ name: 'request', describe: 'id of a request or of a task, as tasks shows it', many: true }],
  options: decisionOptions,
  run: (context) => decide(context, 'reject'),
};
