import { SignError } from '@securosys/core';
import { readStdin, watchParent, writeStdout } from '@securosys/core/serve';
import { type CosignKmsAnswer, type CosignKmsPlugin, handleCosignKms } from '@securosys/cosign';
import { errorText } from './kms/error-text.js';
import { progressTeller } from './serve/progress.js';
import { tellingPlugin } from './serve/telling-plugin.js';

/** The largest message: whole blobs come through stdin. */
const mostBytes = 256 * 1024 * 1024;

async function answerTo(argv: readonly string[], plugin: CosignKmsPlugin, signal: AbortSignal): Promise<CosignKmsAnswer> {
  try {
    // To the end, even where a digest is there: cosign 2.5 reckons the digest of a bundle while it writes (`cosign.md` §11.4).
    const stdin = await readStdin(mostBytes);
    if (stdin.byteLength > mostBytes) throw new SignError('ERR_LIMIT', `messages of over ${mostBytes} bytes are not signed`);
    return await handleCosignKms({ argv, stdin, env: process.env, signal }, plugin);
  } catch (error) {
    return { stdout: JSON.stringify({ errorMessage: errorText(error) }), stderr: '', exitCode: 1 };
  }
}

/**
 * Serves one call of cosign's KMS plugin protocol (`cosign.md` §11) in this process: reads its arguments and the message on stdin, answers
 * on stdout, and ends it. While people decide, progress goes to stderr, which cosign shows; when cosign has gone, waiting ends and the
 * request stays. The whole program of a plugin; see {@link handleCosignKms} for one without a process.
 *
 * @example
 * ```ts
 * import { createMemoryBackend } from '@securosys/core/memory';
 * import { serveCosignKms } from '@securosys/cosign/serve';
 *
 * await serveCosignKms({
 *   name: 'example',
 *   version: '1.0.0',
 *   open: () => createMemoryBackend(),
 *   keyRef: ({ keyResourceId }) => ({ label: keyResourceId }),
 * });
 * ```
 */
export async function serveCosignKms(plugin: CosignKmsPlugin): Promise<never> {
  const orphaned = new AbortController();
  const stopWatching = watchParent(() => orphaned.abort(new DOMException('cosign has gone', 'AbortError')));
  const tell = progressTeller(`sigstore-kms-${plugin.name}`, (text) => void process.stderr.write(text));
  const { stdout, exitCode } = await answerTo(process.argv.slice(2), tellingPlugin(plugin, tell), orphaned.signal);
  stopWatching();
  const arrived = await writeStdout(stdout);
  process.exit(arrived ? exitCode : 1);
}
