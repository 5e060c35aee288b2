import { realpathSync } from 'node:fs';
import { SignError, systemClock } from '@securosys/core';
import { usualBackends } from '../backends/backends.js';
import { runCommand } from './run-command.js';

const mostInput = 1024 * 1024;

async function readStdin(): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of process.stdin as AsyncIterable<Uint8Array>) {
      parts.push(part);
      length += part.byteLength;
      if (length > mostInput) throw new SignError('ERR_LIMIT', `stdin holds over ${mostInput} bytes`);
    }
  } catch (cause) {
    throw SignError.is(cause) ? cause : new SignError('ERR_STORE', 'stdin cannot be read', { cause });
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
  // A pager that was left, a full disk: no result, and nothing to say about it where it would be seen.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => (process.exitCode = 1));
  process.exitCode = exitCode;
  process.stdout.write(stdout);
  process.stderr.write(stderr);
}
