import { type ListedSigningRequest, listSigningRequests } from '@securosys/sign';
import type { Command } from '../command.js';
import { backendOptions } from '../open/open-backend.js';
import { pendingStore } from '../open/open-signer.js';
import { shownTime } from '../output/inspected-lines.js';
import type { Line } from '../output/output.js';

function lines({ id, createdAt, expiresAt, items }: ListedSigningRequest): Line[] {
  const made = createdAt === undefined ? '' : ` of ${shownTime(createdAt)}`;
  const until = expiresAt === undefined ? '' : `, until ${shownTime(expiresAt)}`;
  return [
    { text: `request ${id}${made}${until}`, tone: 'strong' },
    ...items.flatMap(({ format, tag, reference }): Line[] => [
      `  ${format ?? 'its record is gone'} ${tag ?? ''}`.trimEnd(),
      ...(reference === undefined ? [] : [`      ${reference}`]),
    ]),
  ];
}

/** `request list`. */
export const command: Command = {
  describe:
    'Lists the requests that this state folder knows and that are not over. Nobody is asked where they stand: request status does that.',
  options: backendOptions.filter(({ name }) => name === 'state-folder'),
  run: async ({ settings, output, ...context }) => {
    const listed = await listSigningRequests(pendingStore(await settings(), context), { clock: context.clock });
    for (const request of listed) output.result(request, lines(request));
    if (listed.length === 0 && !output.json) output.result({}, ['no request is open']);
    return 'ok';
  },
};
