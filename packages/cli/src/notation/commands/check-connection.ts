import type { KeyBackend } from '@securosys/core';
import type { Pkcs11Backend } from '@securosys/pkcs11';
import type { TsbBackend } from '@securosys/tsb-client';
import { isPkcs11 } from '../is-pkcs11.js';
import type { Command } from './command.js';
import { backendOptions, textValue, withBackend } from './key-work.js';

interface Connection {
  readonly lines: readonly string[];
  readonly json: object;
}

const isTsb = (backend: KeyBackend): backend is TsbBackend => 'client' in backend && 'operations' in backend;

/** A token is open when its library found it; whether the PIN is right shows when something is looked for that only a login shows. */
async function tokenConnection(backend: Pkcs11Backend): Promise<Connection> {
  let keys = 0;
  for await (const _ of backend.listKeys()) keys++;
  const { label, serial, manufacturer, model, firmwareVersion } = backend.token;
  const { description, version } = backend.library;
  const lines = [`token    ${label} (${manufacturer} ${model}, serial ${serial}, firmware ${firmwareVersion})`];
  lines.push(`library  ${description} ${version}`, `keys     ${keys}`);
  return {
    lines,
    json: { token: { label, serial, manufacturer, model, firmwareVersion }, library: { description, version }, keys },
  };
}

async function connectionOf(backend: KeyBackend): Promise<Connection> {
  if (isPkcs11(backend)) return tokenConnection(backend);
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
