import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildGo } from '../interop/judges/build-go.js';
import type { Contender, Measurement } from './measure.js';

const execute = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));

/** Where suites put what they make; git ignores it. */
export const outFolder = join(here, '.out');

/** The library in the Notation programs. */
export const peerName = 'notation-core-go';
/** How its figures are headed. */
export const peerLabel = (version: string | undefined): string => (version === undefined ? peerName : `${peerName} (${version})`);

export interface GoPeer {
  /** A mode of the program over a folder of input. */
  contender(mode: string, folder: string): Contender;
}

/**
 * Builds the Go program of `peers/<name>` unless that has been done since its last change.
 * @returns the peer, or why it cannot be built here
 */
export async function goPeer(name: string): Promise<GoPeer | { readonly reason: string }> {
  const built = await buildGo(join(here, 'peers', name), join(outFolder, name));
  if ('reason' in built) return built;
  const { program } = built;
  return { contender: (mode, folder) => ({ round: (seconds) => measured(program, [mode, folder, String(seconds)]) }) };
}

async function measured(program: string, args: string[]): Promise<Measurement> {
  const { stdout } = await execute(program, args);
  return JSON.parse(stdout) as Measurement;
}
