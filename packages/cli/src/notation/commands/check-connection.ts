import type { KeyBackend } from '@securosys/core';
import type { TsbBackend } from '@securosys/tsb-client';
import type { Command } from './command.js';
import { backendOptions, textValue, withBackend } from './key-work.js';

const isTsb = (backend: KeyBackend): backend is TsbBackend => 'client' in backend && 'operations' in backend;

async function connectionOf(backend: KeyBackend): Promise<{ readonly lines: readonly string[]; readonly json: object }> {
  if (!isTsb(backend)) return { lines: ['open'], json: {} };
  const { service } = backend.client;
  const { keyStoreStatistics, numbers } = await service.statistics();
  return { lines: [keyStoreStatistics], json: { statistics: keyStoreStatistics, numbers } };
}

/** Says whether the backend answers. */
export const command: Command = {
  help: `Says whether the backend answers, and what it says of itself.

  --config <path>          configuration`,
  options: backendOptions,
  run: async (values, process) =>
    withBackend(process, { path: textValue(values, 'config') }, async ({ backend }) => {
      const { lines, json } = await connectionOf(backend);
      return { text: [`connected to ${backend.id}`, ...lines].join('\n'), json: { backend: backend.id, ...json } };
    }),
};
