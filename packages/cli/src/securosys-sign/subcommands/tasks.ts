import { approverOptions, openApprover } from '../approving/open-approver.js';
import { shownData, shownLines } from '../approving/shown.js';
import type { Command } from '../command.js';

/** `tasks`. */
export const command: Command = {
  describe:
    'Shows what waits for your decision, and decides nothing: what the bytes prove apart from what somebody claims, what to think about, who has decided. Tasks of one request stand together.',
  options: approverOptions,
  examples: ['securosys-sign tasks --approver-key-file ada.pem --hsm-timestamp-key hsm-time.pem'],
  run: async (context) => {
    const { output, signal } = context;
    const { approver, close } = await openApprover(context);
    try {
      const requests = await approver.requests({ signal });
      if (requests.length === 0) output.note('nothing waits for you');
      for (const request of requests) output.result(shownData(request, context), shownLines(request, context));
    } finally {
      await close();
    }
    return 'ok';
  },
};
