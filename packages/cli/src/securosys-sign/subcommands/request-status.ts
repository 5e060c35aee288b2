import type { Command } from '../command.js';
import { decryptingOptions, openRequest, resumingOptions } from '../open/requests.js';
import { exitOfStatus, requestLines } from '../output/request-lines.js';

/** `request status`. */
export const command: Command = {
  describe: 'Looks once where a request stands, item by item: who has approved, who is missing. Nothing is asked or published.',
  arguments: [{ name: 'request', describe: 'id, or a request file' }],
  options: [...resumingOptions, ...decryptingOptions],
  run: async (context) => {
    const { request, close } = await openRequest(context);
    try {
      const state = await request.refresh({ signal: context.signal });
      for (const { key } of state.items) await context.approvers.learn(key?.label);
      context.output.result({ id: request.id, ...state }, requestLines(request.id, state, context.approvers.name));
      return exitOfStatus(state.status);
    } finally {
      await close();
    }
  },
};
