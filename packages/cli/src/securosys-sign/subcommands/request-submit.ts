import type { Command } from '../command.js';
import { decryptingOptions, openRequest, resumingOptions } from '../open/requests.js';
import { exitOfStatus, requestLines } from '../output/request-lines.js';

/** `request submit`. */
export const command: Command = {
  describe:
    'Asks for everything in a request file, after every rule was asked about it. A file is believed when --requester or --sha256 vouches for it; else --target has to say where it may write.',
  arguments: [{ name: 'request', describe: 'request file, or an id' }],
  options: [...resumingOptions, ...decryptingOptions],
  examples: ['securosys-sign request submit --target registry.example/app request.json'],
  run: async (context) => {
    const { request, close } = await openRequest(context);
    try {
      const state = await request.submit({ signal: context.signal });
      context.output.result({ id: request.id, ...state }, requestLines(request.id, state, context.approvers.name));
      return exitOfStatus(state.status);
    } finally {
      await close();
    }
  },
};
