import { readStdin, watchParent, writeOut, writeStdout } from '@securosys/core/serve';
import { handleNotation, type NotationAnswer, type NotationPlugin, type PluginProgress } from '@securosys/notation-envelope';
import { errorAnswer } from './plugin/error-answer.js';
import { terminalProgress } from './serve/terminal.js';

/** Tells the terminal as well as the plugin. */
function withTerminal(plugin: NotationPlugin): NotationPlugin {
  const tell = terminalProgress(`notation-${plugin.name}`);
  return Object.create(plugin, {
    onProgress: {
      value: async (progress: PluginProgress, context: Parameters<NonNullable<NotationPlugin['onProgress']>>[1]) => {
        tell(progress);
        await plugin.onProgress?.(progress, context);
      },
    },
  }) as NotationPlugin;
}

/** A little over what a request may have: the reader of requests says so, not this. */
const mostBytes = 16 * 1024 * 1024;

async function answerTo(argv: readonly string[], plugin: NotationPlugin, signal: AbortSignal): Promise<NotationAnswer> {
  try {
    return await handleNotation({ argv, stdin: await readStdin(mostBytes), env: process.env, signal }, plugin);
  } catch (error) {
    return { stdout: '', stderr: JSON.stringify(errorAnswer(error)), exitCode: 1 };
  }
}

/**
 * Serves one command of Notation's plugin contract (`notation.md` §17) in this process: reads its argument and stdin, answers on stdout
 * or stderr, and ends it. While people decide, progress goes to the terminal; when the host has gone, waiting ends and the request stays.
 * The whole program of a plugin; see {@link handleNotation} for one without a process.
 *
 * @example
 * ```ts
 * import { createMemoryBackend } from '@securosys/core/memory';
 * import { serveNotationPlugin } from '@securosys/notation-envelope/serve';
 *
 * await serveNotationPlugin({
 *   name: 'example',
 *   version: '1.0.0',
 *   description: 'Keys in memory',
 *   url: 'https://example.com',
 *   open: () => createMemoryBackend(),
 *   keyRef: ({ keyId }) => ({ label: keyId }),
 * });
 * ```
 */
export async function serveNotationPlugin(plugin: NotationPlugin): Promise<never> {
  const orphaned = new AbortController();
  const argv = process.argv.slice(2);
  // Metadata is there before anybody could have gone.
  const watched = argv[0] !== 'get-plugin-metadata';
  const stopWatching = watched
    ? watchParent(() => orphaned.abort(new DOMException('the host has gone', 'AbortError')))
    : () => undefined;
  const { stdout, stderr, exitCode } = await answerTo(argv, withTerminal(plugin), orphaned.signal);
  stopWatching();
  if (stderr !== '') await writeOut(process.stderr, stderr);
  const arrived = stdout === '' || (await writeStdout(stdout));
  process.exit(arrived ? exitCode : 1);
}
