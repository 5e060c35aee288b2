import { answerCall, type KeyProviderCall } from './answer-call.js';
import { errorLine } from './error-line.js';
import type { KeyProviderPlugin } from './key-provider.js';
import { noPool } from './resident-keys.js';

/** What the process has to write, and its exit code. One of the texts is empty. */
export interface KeyProviderAnswer {
  /** One JSON value, without a line feed. */
  readonly stdout: string;
  /** One line. */
  readonly stderr: string;
  readonly exitCode: 0 | 1;
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
    return { stdout: await answerCall(call, plugin, noPool), stderr: '', exitCode: 0 };
  } catch (error) {
    return { stdout: '', stderr: errorLine(plugin.name, error), exitCode: 1 };
  }
}
