import { run } from '../../../interop/lib/process.js';

/** What one run of a program took. */
export interface Timed {
  /** Seconds from its start to its end. */
  readonly wall: number;
  /** Seconds of all its threads and children, user and system. */
  readonly cpu: number;
  readonly stdout: string;
}

/** The shell says what a program took; Node does not. */
const script = `TIMEFORMAT='%R %U %S'; time "$@"`;
const patienceMs = 600_000;

/** Runs a program that has to succeed, from start to end. */
export async function timed(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Timed> {
  // Options of the process that runs us are not for others.
  const { NODE_OPTIONS: _, ...own } = env;
  const all = ['-c', script, 'bash', program, ...args];
  const { code, stdout, stderr } = await run('bash', all, { env: { ...own, LC_ALL: 'C' }, timeoutMs: patienceMs });
  const [wall = 0, user = 0, system = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  if (code !== 0 || !(wall > 0)) throw new Error(`${program} ${args.join(' ')}: exit code ${code}\n${stderr}`);
  return { wall, cpu: user + system, stdout };
}
