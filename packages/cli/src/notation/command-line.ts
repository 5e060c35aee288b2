import { realpathSync } from 'node:fs';
import { systemClock } from '@securosys/core';
import { usualBackends } from './backends.js';
import { runCommand } from './run-command.js';

const mostInput = 1024 * 1024;

async function readStdin(): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of process.stdin as AsyncIterable<Uint8Array>) {
    parts.push(part);
    length += part.byteLength;
    if (length > mostInput) break;
  }
  return Buffer.concat(parts);
}

/** Runs a command for people in this process. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const { stdout, stderr, exitCode } = await runCommand(args, {
    env: process.env,
    programFile: realpathSync(process.argv[1] ?? ''),
    clock: systemClock,
    backends: usualBackends,
    stdin: readStdin,
    tell: (text) => void process.stderr.write(`${text}\n`),
  });
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = exitCode;
}
