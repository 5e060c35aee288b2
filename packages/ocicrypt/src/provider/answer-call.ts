import { base64Text, invalidArgument, type KeyBackend } from '@securosys/core';
import { providerScheme } from '../recipients/annotations.js';
import { withDeadline } from './deadline.js';
import type { KeyProviderOperation, KeyProviderPlugin } from './key-provider.js';
import { readRequest } from './request.js';
import type { KeyPool } from './resident-keys.js';
import { unwrapKey } from './unwrap-key.js';
import { wrapKey } from './wrap-key.js';

/** One call of a key provider. */
export interface KeyProviderCall {
  /** The request, JSON in UTF-8 (`ocicrypt.md` §7.1). */
  readonly stdin: Uint8Array;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when nobody waits for the answer any more. Requests that people decide on stay. */
  readonly signal?: AbortSignal;
  /** What the method of a service was called for; a request that asks for something else is refused. */
  readonly operation?: KeyProviderOperation;
}

const defaultTimeoutMs = 30_000;
const maxTimeoutMs = 86_400_000;

function resultJson(operation: KeyProviderOperation, bytes: Uint8Array, { results = 'base64' }: KeyProviderPlugin): string {
  const value = results === 'numbers' ? [...bytes] : base64Text(bytes);
  return JSON.stringify(
    operation === 'keywrap' ? { keywrapresults: { annotation: value } } : { keyunwrapresults: { optsdata: value } },
  );
}

/** Opens the backend when it is first needed, and closes it whatever happens. */
function lazyBackend(make: () => KeyBackend | Promise<KeyBackend>) {
  let opened: Promise<KeyBackend> | undefined;
  return {
    async open(): Promise<KeyBackend> {
      opened ??= Promise.resolve(make());
      return opened;
    },
    async close(): Promise<void> {
      const backend = await opened?.catch(() => undefined);
      await backend?.close();
    },
  };
}

/**
 * The answer to one call, as JSON.
 * @throws whatever went wrong
 */
export async function answerCall(
  { stdin, env, signal: outer, operation: expected }: KeyProviderCall,
  plugin: KeyProviderPlugin,
  pool: KeyPool,
): Promise<string> {
  const { name, timeoutMs = defaultTimeoutMs } = plugin;
  providerScheme(name);
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 0 || timeoutMs > maxTimeoutMs)
    invalidArgument('the timeoutMs of the provider is no number of milliseconds up to a day');
  const { operation, parameters, input } = readRequest(stdin, name);
  if (expected !== undefined && expected !== operation)
    invalidArgument(`the method is for ${expected}, and the request for ${operation}`);
  return withDeadline(timeoutMs, outer, async (signal) => {
    const context = { operation, parameters, env, signal };
    const { open, close } = lazyBackend(() => plugin.open(context));
    try {
      if (operation === 'keywrap') return resultJson(operation, await wrapKey(plugin, context, input, open), plugin);
      return resultJson(operation, await unwrapKey(plugin, context, input, { open, timeoutMs, pool }), plugin);
    } finally {
      await close();
    }
  });
}
