import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { described, type Finished, run } from '../../lib/process.js';
import type { RealServer } from './servers.js';
import type { World } from './world.js';

/** The program as it is built: a script, and its parts beside it. */
const program = fileURLToPath(new URL('../../../packages/cli/dist/securosys-sign.cjs', import.meta.url));

/** securosys-sign as somebody has set it up who uses keys of the broker. */
export interface Program {
  /** Home and configuration; files of commands lie here too. */
  readonly folder: string;
  /** Where it remembers. */
  readonly stateFolder: string;
  attempt(words: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished>;
  /** A command that has to succeed; its standard output. */
  must(...words: string[]): Promise<string>;
  write(name: string, contents: string | Uint8Array): Promise<string>;
}

/** @param registries spoken to over http */
export async function openProgram(world: World, real: RealServer, registries: readonly string[]): Promise<Program> {
  const folder = await world.scope.folder();
  const stateFolder = join(folder, 'state');
  const settings = join(folder, '.config', 'securosys', 'sign');
  await mkdir(settings, { recursive: true, mode: 0o700 });
  const config = {
    ...world.broker.settings,
    stateFolder,
    notaryServer: real.url,
    registry: { plainHttp: [real.host, ...registries] },
  };
  await writeFile(join(settings, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  const usual = { PATH: process.env.PATH, HOME: folder };
  const attempt: Program['attempt'] = (words, env = {}) =>
    run(process.execPath, [program, ...words], { env: { ...usual, ...env }, cwd: folder, stdin: '', timeoutMs: 60_000 });
  return {
    folder,
    stateFolder,
    attempt,
    async must(...words) {
      const finished = await attempt(words);
      assert.equal(finished.code, 0, described('securosys-sign', words, finished));
      return finished.stdout;
    },
    async write(name, contents) {
      await writeFile(join(folder, name), contents, { mode: 0o600 });
      return join(folder, name);
    },
  };
}
