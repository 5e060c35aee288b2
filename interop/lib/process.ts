import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Finished {
  /** Exit code; `null` when a signal ended the program. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly stdin?: string | Uint8Array;
  /** Default 30,000; after it the program is killed and the call fails. */
  readonly timeoutMs?: number;
}

const alive = new Set<ChildProcess>();
// The last resort when this process ends by surprise: nothing it started outlives it.
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

function start(program: string, args: readonly string[], { env, cwd }: RunOptions): ChildProcess {
  const child = spawn(program, args, { env: env ?? process.env, cwd, stdio: 'pipe' });
  alive.add(child);
  child.once('close', () => alive.delete(child));
  return child;
}

/** What is known of a program that did not do what it should. */
export function described(program: string, args: readonly string[], { code, stdout, stderr }: Finished): string {
  return `${program} ${args.join(' ')}\nexit code ${code}\n${stdout}${stderr}`.trimEnd();
}

/** Runs a program to its end and returns what it said, whatever its exit code. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = start(program, args, options);
  let [stdout, stderr, late] = ['', '', false];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin?.on('error', () => child.stdin?.destroy()).end(options.stdin);
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, options.timeoutMs ?? 30_000);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    const finished = { code, stdout, stderr };
    if (late) throw new Error(`took too long: ${described(program, args, finished)}`);
    return finished;
  } finally {
    clearTimeout(timer);
    alive.delete(child);
  }
}

/** Runs a program that has to succeed and returns its standard output. */
export async function succeed(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const finished = await run(program, args, options);
  if (finished.code !== 0) throw new Error(described(program, args, finished));
  return finished.stdout;
}

export interface Service {
  /** The last output, for error messages. */
  output(): string;
  exited(): boolean;
  stop(): Promise<void>;
}

/** Starts a program that runs until `stop`. */
export function serve(program: string, args: readonly string[], options: RunOptions = {}): Service {
  const child = start(program, args, options);
  let [output, exited] = ['', false];
  const closed = new Promise<void>((resolve) => {
    const end = () => {
      exited = true;
      resolve();
    };
    child.once('close', end).once('error', end);
  });
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4_000);
    });
  return {
    output: () => output,
    exited: () => exited,
    async stop() {
      child.kill('SIGTERM');
      const hard = setTimeout(() => child.kill('SIGKILL'), 2_000);
      await closed;
      clearTimeout(hard);
    },
  };
}
