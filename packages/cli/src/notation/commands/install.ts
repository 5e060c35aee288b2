import { join } from 'node:path';
import { nodeFiles, SignError } from '@securosys/core';
import { makeOwnFolder, writeOwnFile } from '../../files/write-file.js';
import { pluginsFolder, stateFolders } from '../folders.js';
import { pluginName } from '../version.js';
import type { Command } from './command.js';

/** Puts the program where Notation looks for it. */
export const command: Command = {
  help: `Puts this program where Notation looks for plugins. Adds no trust anchors.

  --replace                takes the place of one that is installed`,
  options: { replace: { type: 'boolean' } },
  run: async (values, process) => {
    const { env, programFile } = process;
    if (globalThis.process.platform === 'win32')
      throw new SignError('ERR_CAPABILITY_MISSING', 'Notation runs .exe files only on Windows, and this is a script');
    const program = await nodeFiles().readFile(programFile);
    const folder = join(pluginsFolder(env), pluginName);
    await makeOwnFolder(folder);
    const path = join(folder, `notation-${pluginName}`);
    await writeOwnFile(path, program, { mode: 0o755, replace: values.replace === true });
    const config = join(stateFolders(env).root, 'config.json');
    const text = `installed ${path}\nits configuration: ${config}, config.json beside it, or CONFIG_PATH`;
    return { text, json: { path, config } };
  },
};
