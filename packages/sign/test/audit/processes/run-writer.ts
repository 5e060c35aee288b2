import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a writer is told. */
export interface WriterOrders {
  readonly folder: string;
  readonly name: string;
  readonly count?: number;
  /** How many appends at a time. */
  readonly together?: number;
  readonly maxFileBytes?: number;
  /** A step of writer.mjs. */
  readonly dieAt?: string;
  /** At which time it comes there. */
  readonly dieWith?: number;
  /** Goes on until it is killed. */
  readonly endless?: boolean;
}

/** A writer that runs, and what it said is durable. */
export interface RunningWriter {
  readonly process: ChildProcess;
  readonly durable: { readonly seq: number; readonly hash: string }[];
  readonly ended: Promise<{ readonly killed: boolean }>;
}

const program = fileURLToPath(new URL('./writer.mjs', import.meta.url));

/** Starts a process that appends to a log. */
export function startWriter(orders: WriterOrders): RunningWriter {
  // The built packages, not the sources: no conditions of the test runner.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [program, JSON.stringify(orders)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const durable: { seq: number; hash: string }[] = [];
  let rest = '';
  let err = '';
  child.stderr.on('data', (text) => {
    err += text;
  });
  child.stdout.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) durable.push(JSON.parse(line));
  });
  const ended = new Promise<{ killed: boolean }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (signal !== 'SIGKILL' && code !== 0) reject(new Error(`the writer ended with ${code}: ${err}`));
      else resolve({ killed: signal === 'SIGKILL' });
    });
  });
  return { process: child, durable, ended };
}
