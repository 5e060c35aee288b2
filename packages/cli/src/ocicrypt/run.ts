import { realpathSync } from 'node:fs';
import { SignError, sanitizeText } from '@securosys/core';
import { serveKeyProvider } from '@securosys/ocicrypt/serve';
import { readCommandLine } from './command-line.js';
import { loadProvider } from './load-provider.js';
import { programName } from './provider.js';

async function runLine(args: readonly string[]): Promise<void> {
  const startedAs = process.argv[1] ?? '';
  const line = readCommandLine(args);
  if (line.help) {
    const { help } = await import('./help.js');
    process.stdout.write(help);
    return;
  }
  const plugin = await loadProvider(line, { env: process.env, args, startedAs, programFile: realpathSync(startedAs) });
  if (!line.serve) return serveKeyProvider(plugin);
  const { serveUntilEnded } = await import('./serve.js');
  await serveUntilEnded(plugin, line);
}

/** Runs the program in this process: one call of ocicrypt, or a service. Every problem is one line and exit code 1. */
export async function runProvider(args: readonly string[]): Promise<void> {
  try {
    await runLine(args);
  } catch (error) {
    process.exitCode = 1;
    const what = SignError.is(error) ? `${error.message} (${error.code})` : 'the provider failed';
    process.stderr.write(`${programName}: ${sanitizeText(what, 800)}\n`);
  }
}
