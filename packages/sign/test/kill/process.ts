import { spawn } from 'node:child_process';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { application, type Orders } from './application.mjs';

/** What a run left behind. */
export interface Left {
  readonly steps: readonly string[];
  readonly killed: boolean;
  readonly signature?: string;
  readonly error?: string;
  readonly done?: boolean;
}

const program = fileURLToPath(new URL('./client.mjs', import.meta.url));

/** Runs the application in a process of its own, which dies after step number `dieAt`, from 1; 0: it lives. */
export function runVictim(orders: Orders, dieAt: number): Promise<Left> {
  return spawnVictim(program, { ...orders, dieAt });
}

/** Runs a program that says its steps, one JSON object a line, until it ends or kills itself. */
export function spawnVictim(file: string, orders: object): Promise<Left> {
  // The built packages, not the sources: no conditions of the test runner.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [file, JSON.stringify(orders)], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (err += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (signal !== 'SIGKILL' && code !== 0) return reject(new Error(`the client ended with ${code}: ${err}`));
      const lines: (Omit<Left, 'steps' | 'killed'> & { step?: string })[] = out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
      const { step: _, ...end } = Object.assign({}, ...lines);
      resolve({ steps: lines.flatMap(({ step }) => step ?? []), killed: signal === 'SIGKILL', ...end });
    });
  });
}

/** Runs the application here, to its end: it has nothing of an earlier run but the store. */
export async function runHere(orders: Orders): Promise<Left> {
  const steps: string[] = [];
  let signature: string | undefined;
  const keep = (kept: string) => {
    signature = kept;
  };
  const error = await application(orders, { fetch, step: (name) => steps.push(name), keep });
  const ended = error === undefined ? { done: true } : { error };
  return { steps, killed: false, ...(signature !== undefined && { signature }), ...ended };
}

/** Locks of dead processes are taken away after ten seconds: lets them pass. */
export async function letTimePass(folder: string): Promise<void> {
  const then = new Date(Date.now() - 60_000);
  for (const name of await readdir(folder).catch(() => [])) await utimes(join(folder, name), then, then);
}
