import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Contender, Measurement } from './measure.js';

const execute = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));

/** Where suites put what they make; git ignores it. */
export const outFolder = join(here, '.out');

export interface GoPeer {
  /** A mode of the program over a folder of input. */
  contender(mode: string, folder: string): Contender;
}

/**
 * Builds the Go program of `peers/<name>` unless that has been done since its last change.
 * @returns the peer, or why it cannot be built here (the toolchain needs root on Debian)
 */
export async function goPeer(name: string): Promise<GoPeer | { readonly reason: string }> {
  const source = join(here, 'peers', name);
  const program = join(outFolder, name);
  const changed = Math.max(...readdirSync(source).map((file) => statSync(join(source, file)).mtimeMs));
  if (!existsSync(program) || statSync(program).mtimeMs < changed) {
    try {
      await execute(join(here, '../../shared/tools/go-peer'), [source, program], { maxBuffer: 1 << 26 });
    } catch (error) {
      return { reason: lastLine(error) };
    }
  }
  return { contender: (mode, folder) => ({ round: (seconds) => measured(program, [mode, folder, String(seconds)]) }) };
}

async function measured(program: string, args: string[]): Promise<Measurement> {
  const { stdout } = await execute(program, args);
  return JSON.parse(stdout) as Measurement;
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr?.trim() || message).split('\n').at(-1) ?? '';
}
