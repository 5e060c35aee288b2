import { type KeyBackend, type KeyRef, SignError } from '@securosys/core';
import type { TsbBackend } from '@securosys/tsb-client';
import type { CommandContext } from '../context.js';
import type { Exit } from '../exit-codes.js';
import { configuredKeys, type NamedKey } from '../open/key-settings.js';
import { openBackend } from '../open/open-backend.js';

/** The key of a name: one of the configuration, or any label. */
export async function keyNamed(context: CommandContext, name: string): Promise<NamedKey> {
  const known = configuredKeys(await context.settings()).get(name);
  return known ?? { name, ref: { label: name }, passwords: {}, allowOpaque: false };
}

/** Its label at the backend. */
export const labelOf = ({ ref, name }: { readonly ref: KeyRef; readonly name: string }): string => ref.label ?? name;

export const isTsb = (backend: KeyBackend): backend is TsbBackend => 'client' in backend && 'operations' in backend;

/** @throws SignError `ERR_CAPABILITY_MISSING` */
export function asTsb(backend: KeyBackend, what: string): TsbBackend {
  if (isTsb(backend)) return backend;
  throw new SignError('ERR_CAPABILITY_MISSING', `${what} is what a Transaction Security Broker does: this backend is none`);
}

/** Opens the backend of the settings for one piece of work. */
export async function withBackend(
  context: CommandContext,
  keys: readonly NamedKey[],
  work: (backend: KeyBackend) => Promise<Exit>,
): Promise<Exit> {
  const backend = await openBackend(context, keys);
  try {
    return await work(backend);
  } finally {
    await backend.close();
  }
}
