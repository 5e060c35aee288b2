import type { Command } from './command.js';
import { exitCodes } from './exit-codes.js';
import type { SecurosysSignIo } from './io.js';
import { processSinks } from './process-sinks.js';
import { runSecurosysSign } from './run.js';

/**
 * Runs a command line in this process, and ends it.
 * @param loaded commands that are there already
 */
export async function runInProcess(
  words: readonly string[],
  programFile: string,
  loaded?: ReadonlyMap<string, Command>,
): Promise<void> {
  const sinks = processSinks();
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      // Who asks twice does not want to hear how to go on.
      if (ending.signal.aborted) process.exit(name === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated);
      ending.abort(name);
    });
  }
  const io: SecurosysSignIo = {
    env: process.env,
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return sinks.stdout;
    },
    get stderr() {
      return sinks.stderr;
    },
    folder: process.cwd(),
    programFile,
    signal: ending.signal,
    terminal: async () => {
      if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return undefined;
      const { ask, askSecret } = await import('./prompt.js');
      return {
        ask: (question) => ask(question, process.stdin, process.stderr),
        askSecret: (question) => askSecret(question, process.stdin, process.stderr),
      };
    },
  };
  const exitCode = await runSecurosysSign(words, io, loaded);
  const arrived = await sinks.flush();
  // What a library left open keeps nobody waiting.
  process.exit(arrived ? exitCode : exitCodes.store);
}
