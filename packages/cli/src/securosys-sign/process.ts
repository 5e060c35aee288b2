import { exitCodes } from './exit-codes.js';
import type { SecurosysSignIo } from './io.js';
import { runSecurosysSign } from './run.js';

/** Resolves when what was written before has left the process, or cannot leave it. */
const flushed = (stream: NodeJS.WriteStream): Promise<void> => new Promise((resolve) => stream.write('', () => resolve()));

/**
 * The streams of the process. Node makes each when it is first touched, which takes longer than many commands run: so nobody touches one
 * before it is used.
 */
function processStreams() {
  const used = new Set<NodeJS.WriteStream>();
  const state = { lost: false };
  const open = (stream: NodeJS.WriteStream): NodeJS.WriteStream => {
    if (!used.has(stream)) {
      used.add(stream);
      // A pager that was left, a full disk: no result, and nothing to say about it where it would be seen.
      stream.on('error', () => (state.lost = true));
    }
    return stream;
  };
  return {
    stdout: () => open(process.stdout),
    stderr: () => open(process.stderr),
    /** @returns whether all of it has arrived */
    async flush(): Promise<boolean> {
      await Promise.all([...used].map(flushed));
      return !state.lost;
    },
  };
}

/** Runs a command line in this process, and ends it. */
export async function runInProcess(words: readonly string[], programFile: string): Promise<void> {
  const streams = processStreams();
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
      return streams.stdout();
    },
    get stderr() {
      return streams.stderr();
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
  const exitCode = await runSecurosysSign(words, io);
  const arrived = await streams.flush();
  // What a library left open keeps nobody waiting.
  process.exit(arrived ? exitCode : exitCodes.store);
}
