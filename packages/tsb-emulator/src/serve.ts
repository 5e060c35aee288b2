#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { SignError } from '@securosys/core';
import { run } from './serve/run.js';

function version(): string {
  const manifest: unknown = createRequire(import.meta.url)('@securosys/tsb-emulator/package.json');
  return String((manifest as { readonly version: string }).version);
}

/**
 * The emulator as a program: reads the command line of this process (`--help` lists it), prints to its streams, and closes the
 * emulator on SIGINT and SIGTERM. It is what `npx @securosys/tsb-emulator` runs.
 */
export async function serve(): Promise<void> {
  try {
    const emulator = await run({
      args: process.argv.slice(2),
      environment: process.env,
      stdout: (text) => void process.stdout.write(text),
      stderr: (text) => void process.stderr.write(text),
      version,
    });
    if (!emulator) return;
    const stop = () => {
      emulator.close().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  } catch (error) {
    const text = SignError.is(error) ? `${error.code}: ${error.message}` : 'the emulator failed';
    process.stderr.write(`tsb-emulator: ${text}\n`);
    process.exitCode = SignError.is(error, 'ERR_INVALID_ARGUMENT') ? 2 : 1;
  }
}

/** Runs when this file is the program, not when it is imported. The CommonJS build has no `import.meta.url` and is imported only. */
function isProgram(): boolean {
  const [, script] = process.argv;
  const { url } = import.meta;
  if (script === undefined || !url) return false;
  try {
    return realpathSync(script) === fileURLToPath(url);
  } catch {
    return false; // `node -e` and the like name no file
  }
}

if (isProgram()) void serve();
