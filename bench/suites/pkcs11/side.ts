import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Round } from './serve-rounds.js';
import type { Job } from './work.js';

/** One side of a comparison, which may end at any time. */
export interface Side {
  /** @throws Error that says how the side ended */
  round(seconds: number): Promise<Round>;
  close(): void;
}

/** Longer than any round and start. */
const answerMs = 20_000;
/** Unless the job says otherwise. */
const firstWarmUpSeconds = 0.6;

/** The next message of a process, or how it ended instead. */
function answer<T>(child: ChildProcess, said: () => string): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => end(undefined, 'hangs'), answerMs);
    const exited = (code: number | null, signal: string | null) =>
      end(undefined, signal ? `crashed: ${signal}` : `exit code ${code}: ${said()}`);
    const end = (value: unknown, why?: string) => {
      clearTimeout(late);
      child.off('message', end).off('exit', exited);
      if (why === undefined) resolve(value as T);
      else {
        child.kill('SIGKILL');
        reject(new Error(why));
      }
    };
    if (child.exitCode !== null || child.signalCode !== null) exited(child.exitCode, child.signalCode);
    else child.once('message', end).once('exit', exited);
  });
}

/**
 * A program of `sides/` in a process of its own: what crashes there is a fact about it, and no end of the bench. One that does not even
 * start says so in its first round.
 */
export async function startSide(name: string, job: Job, env: Readonly<Record<string, string>>): Promise<Side> {
  const child = fork(fileURLToPath(new URL(`sides/${name}.ts`, import.meta.url)), {
    env: { ...process.env, ...env, BENCH_JOB: JSON.stringify(job) },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-2000)));
  // The line that names the error stands above its stack.
  const said = () => /^.*Error.*$/m.exec(errors)?.[0] ?? errors.trim();
  const failed = await answer(child, said).then(
    () => undefined,
    (error: Error) => error,
  );
  let warm = false;
  return {
    async round(seconds) {
      if (failed) throw failed;
      const waiting = answer<Round>(child, said);
      child.send({ seconds, ...(!warm && { warmUpSeconds: job.warmUpSeconds ?? firstWarmUpSeconds }) }, () => {});
      warm = true;
      return waiting;
    },
    close: () => child.connected && child.disconnect(),
  };
}
