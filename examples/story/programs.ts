import { type ChildProcess, execFile, fork } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Whether a program is on the `PATH`. */
export async function isInstalled(program: string): Promise<boolean> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const found = await access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}

/** Runs a program that has to succeed; returns all that it says. */
export function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { env: { PATH: process.env.PATH, ...env }, timeout: 60_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${program} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error }));
      else resolve(`${stdout}${stderr}`);
    });
  });
}

/** Runs a program of this folder to its end in an environment like ours; returns what it says on its standard output. */
export function runNode(file: string, env: Readonly<Record<string, string>>): Promise<string> {
  const program = fileURLToPath(new URL(file, import.meta.url));
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [...process.execArgv, program], { env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${stdout}${stderr}`, { cause: error }));
      else resolve(stdout);
    });
  });
}

/** A job of the CI system: a process of its own, which tells its part of the story itself. */
export interface Job {
  readonly process: ChildProcess;
  /** What the job says first over the channel to its parent, or how it ended without a word. */
  readonly firstWord: Promise<unknown>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Starts a job with an environment of its own: nothing of this process but where programs are. */
export function startJob(file: string, args: readonly string[], env: Readonly<Record<string, string>>): Job {
  const { PATH = '', HOME = '' } = process.env;
  const job = fork(fileURLToPath(new URL(file, import.meta.url)), args, { env: { PATH, HOME, ...env } });
  const end = () => job.kill('SIGKILL');
  process.once('exit', end);
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    job.once('exit', (code, signal) => {
      process.off('exit', end);
      resolve({ code, signal });
    });
  });
  const word = new Promise<unknown>((resolve) => job.once('message', resolve));
  return { process: job, firstWord: Promise.race([word, ended]), ended };
}
