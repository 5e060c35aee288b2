import { exitCodes } from './exit-codes.js';
import type { SecurosysSignIo } from './io.js';
import { runSecurosysSign } from './run.js';

/** Resolves when what was written before has left the process, or cannot leave it. */
const flushed = (stream: NodeJS.WriteStream): Promise<void> => new Promise((resolve) => stream.write('', () => resolve()));

/** Runs a command line in this process, and ends it. */
export async function runInProcess(words: readonly string[], programFile: string): Promise<void> {
  const { stdin, stdout, stderr, env } = process;
  let lost = false;
  // A pager that was left, a full disk: no result, and nothing to say about it where it would be seen.
  for (const stream of [stdout, stderr]) stream.on('error', () => (lost = true));
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      // Who asks twice does not want to hear how to go on.
      if (ending.signal.aborted) process.exit(name === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated);
      ending.abort(name);
    });
  }
  const io: SecurosysSignIo = {
    env,
    stdin,
    stdout,
    stderr,
    folder: process.cwd(),
    programFile,
    signal: ending.signal,
    ...(await prompts()),
  };
  const exitCode = await runSecurosysSign(words, io);
  await Promise.all([flushed(stdout), flushed(stderr)]);
  // What a library left open keeps nobody waiting.
  process.exit(lost ? exitCodes.store : exitCode);
}

/** Questions, where somebody sits at the terminal. */
async function prompts(): Promise<Pick<SecurosysSignIo, 'ask' | 'askSecret'>> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return {};
  const late = async () => import('./prompt.js');
  return {
    ask: async (question) => {
      const { ask } = await late();
      return ask(question, process.stdin, process.stderr);
    },
    askSecret: async (question) => {
      const { askSecret } = await late();
      return askSecret(question, process.stdin, process.stderr);
    },
  };
}
