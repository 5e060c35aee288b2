import { base64Text, invalidArgument, type KeyBackend } from '@securosys/core';
import { providerScheme } from '../recipients/annotations.js';
import { withDeadline } from './deadline.js';
import { errorLine } from './error-line.js';
import type { KeyProviderOperation, KeyProviderPlugin } from './key-provider.js';
import { readRequest } from './request.js';

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

/** What the process has to write, and its exit code. One of the texts is empty. */
export interface KeyProviderAnswer {
  /** One JSON value, without a line feed. */
  readonly stdout: string;
  /** One line. */
  readonly stderr: string;
  readonly exitCode: 0 | 1;
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

async function answerTo(
  { stdin, env, signal: outer, operation: expected }: KeyProviderCall,
  plugin: KeyProviderPlugin,
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
      if (operation === 'keywrap') {
        const { wrapKey } = await import('./wrap-key.js');
        return resultJson(operation, await wrapKey(plugin, context, input, open), plugin);
      }
      const { unwrapKey } = await import('./unwrap-key.js');
      return resultJson(operation, await unwrapKey(plugin, context, input, { open, timeoutMs }), plugin);
    } finally {
      await close();
    }
  });
}

/**
 * Answers one call of ocicrypt's key provider protocol (`ocicrypt.md` §7) with a key backend behind it. Pure but for what the plugin
 * itself does, and never throws: every problem is one line and a non-zero exit code, because callers take an empty answer for success
 * and leave the recipient out.
 *
 * @example
 * ```ts
 * import { createMemoryBackend } from '@securosys/core/memory';
 * import { handleKeyProvider, type KeyProviderPlugin } from '@securosys/ocicrypt';
 *
 * const backend = createMemoryBackend();
 * const { ref, spki } = await backend.createKey({ label: 'layers', spec: 'rsa-2048', purpose: 'decrypt' });
 * const plugin: KeyProviderPlugin = {
 *   name: 'example',
 *   key: (kid) => (kid === 'layers' ? { ref, publicKey: spki } : undefined),
 *   open: () => backend,
 * };
 * declare const stdin: Uint8Array;
 * const { stdout, stderr, exitCode } = await handleKeyProvider({ stdin, env: {} }, plugin);
 * ```
 */
export async function handleKeyProvider(call: KeyProviderCall, plugin: KeyProviderPlugin): Promise<KeyProviderAnswer> {
  try {
    return { stdout: await answerTo(call, plugin), stderr: '', exitCode: 0 };
  } catch (error) {
    return { stdout: '', stderr: errorLine(plugin.name, error), exitCode: 1 };
  }
}
