import type { Command } from '../command.js';
import { decryptingOptions, openRequest, resumingOptions } from '../open/requests.js';

/** `request cancel`. */
export const command: Command = {
  describe: 'Withdraws what people still decide on, and forgets the request. What is published stays.',
  arguments: [{ name: 'request', describe: 'id' }],
  options: [...resumingOptions, ...decryptingOptions],
  run: async (context) => {
    const { request, close } = await openRequest(context);
    try {
      await request.cancel({ signal: context.signal });
      context.output.result({ id: request.id, status: 'cancelled' }, [`cancelled: request ${request.id}`]);
    } finally {
      await close();
    }
    return 'ok';
  },
};
