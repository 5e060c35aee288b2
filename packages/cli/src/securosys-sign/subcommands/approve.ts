import { decide, decisionOptions } from '../approving/decide.js';
import type { Command } from '../command.js';

/** `approve`. */
export const command: Command = {
  describe:
    'Approves requests as a whole, or single tasks: shows them, asks once, and signs exactly what was shown. Whatever needs a second look has to be typed by its name; --yes does not cover it.',
  arguments: [{ name: 'request', describe: 'id of a request or of a task, as tasks shows it', many: true }],
  options: [
    { name: 'accept-risk', value: 'name', many: true, describe: 'a risk that you have looked at for these very tasks' },
    ...decisionOptions,
  ],
  examples: ['securosys-sign approve 0f3c…e1 --approver-key-file ada.pem --hsm-timestamp-key hsm-time.pem'],
  run: (context) => decide(context, 'approve'),
};
