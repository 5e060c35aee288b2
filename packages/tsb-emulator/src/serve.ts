#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import { SignError } from '@securosys/core';
import { run } from './serve/run.js';

const self = '@securosys/tsb-emulator';

/** The script that Node runs, where it really lies: an installed program is a link to it. */
function script(): string {
  return realpathSync(process.argv[1] ?? '');
}

function version(): string {
  const manifest: unknown = createRequire(script())(`${self}/package.json`);
  return String((manifest as { readonly version: string }).version);
}

/**
 * The emulator as a program: reads the command line of this process (`--help` lists it), prints to its streams, and closes the
 * emulator on SIGINT and SIGTERM. It is what `npx @securosys/tsb-emulator` runs.
 */
export async function serve(): Promise<void> {
  // Heard from the first moment on: whoever reads our first line may answer it with a signal.
  const told = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  try {
    const emulator = await run({
      args: process.argv.slice(2),
      environment: process.env,
      stdout: (text) => void process.stdout.write(text),
      stderr: (text) => void process.stderr.write(text),
      version,
    });
    if (!emulator) return;
    void told
      .then(() => emulator.close())
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  } catch (error) {
    const text = SignError.is(error) ? `${error.code}: ${error.message}` : 'the emulator failed';
    process.stderr.write(`tsb-emulator: ${text}\n`);
    process.exitCode = SignError.is(error, 'ERR_INVALID_ARGUMENT') ? 2 : 1;
  }
}

/** Whether Node runs this file, and did not import it. Seen from it, its own package is the folder it lies in; `import.meta` is not for CommonJS. */
function isProgram(): boolean {
  try {
    const own = script();
    return basename(own) === 'serve.js' && dirname(createRequire(own).resolve(`${self}/serve`)) === dirname(own);
  } catch {
    return false; // `node -e` and the like run no file
  }
}

if (isProgram()) void serve();
