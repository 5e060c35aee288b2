import { spawn } from 'node:child_process';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What one process of the application is told. */
export interface Orders {
  readonly url: string;
  readonly token: string;
  readonly folder: string;
  readonly message: string;
  /** Number of the step at which it dies, from 1; 0: it lives. */
  readonly dieAt: number;
  /** How far its clock is ahead: a later process is a minute later. */
  readonly aheadMs: number;
  /** How long it waits for its result; 0: it only submits. */
  readonly waitMs: number;
}

/** What it left behind. */
export interface Left {
  readonly steps: readonly string[];
  readonly killed: boolean;
  readonly signature?: string;
  readonly error?: string;
  readonly done?: boolean;
}

const program = fileURLToPath(new URL('./client.mjs', import.meta.url));

/** Runs the application to its end, whichever that is. */
export function runClient(orders: Orders): Promise<Left> {
  // The built packages, not the sources: no conditions of the test runner.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [program, JSON.stringify(orders)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
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

/** Locks of dead processes are taken away after ten seconds: lets them pass. */
export async function letTimePass(folder: string): Promise<void> {
  const then = new Date(Date.now() - 60_000);
  for (const name of await readdir(folder).catch(() => [])) await utimes(join(folder, name), then, then);
}
