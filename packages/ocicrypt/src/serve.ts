import { readStdin, watchParent, writeOut, writeStdout } from '@securosys/core/serve';
import type { KeyProviderAnswer, KeyProviderPlugin } from '@securosys/ocicrypt';
import { errorLine } from './provider/error-line.js';
import { handleKeyProvider } from './provider/handle-key-provider.js';
import { maxRequestBytes } from './provider/request.js';

async function answerTo(plugin: KeyProviderPlugin, signal: AbortSignal): Promise<KeyProviderAnswer> {
  let stdin: Uint8Array | undefined;
  try {
    stdin = await readStdin(maxRequestBytes);
    return await handleKeyProvider({ stdin, env: process.env, signal }, plugin);
  } catch (error) {
    return { stdout: '', stderr: errorLine(plugin.name, error), exitCode: 1 };
  } finally {
    // Private keys and passwords of others may stand in it.
    stdin?.fill(0);
  }
}

/**
 * Serves one call of ocicrypt's key provider protocol (`ocicrypt.md` §7.2) in this process: reads the request from stdin, answers on
 * stdout, or on stderr with exit code 1, and ends it. When the caller has gone, waiting ends and requests that people decide on stay. The
 * whole program of a provider; see `handleKeyProvider` for one without a process.
 *
 * @example
 * ```ts
 * import { createMemoryBackend } from '@securosys/core/memory';
 * import { serveKeyProvider } from '@securosys/ocicrypt/serve';
 *
 * const backend = createMemoryBackend();
 * const { ref, spki } = await backend.createKey({ label: 'layers', spec: 'rsa-2048', purpose: 'decrypt' });
 * await serveKeyProvider({
 *   name: 'example',
 *   key: (kid) => (kid === 'layers' ? { ref, publicKey: spki } : undefined),
 *   open: () => backend,
 * });
 * ```
 */
export async function serveKeyProvider(plugin: KeyProviderPlugin): Promise<never> {
  const orphaned = new AbortController();
  const stopWatching = watchParent(() => orphaned.abort(new DOMException('the caller has gone', 'AbortError')));
  const { stdout, stderr, exitCode } = await answerTo(plugin, orphaned.signal);
  stopWatching();
  if (stderr !== '') await writeOut(process.stderr, `${stderr}\n`);
  const arrived = stdout === '' || (await writeStdout(stdout));
  process.exit(arrived ? exitCode : 1);
}
