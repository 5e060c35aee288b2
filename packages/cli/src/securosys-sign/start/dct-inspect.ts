// What `dct inspect` runs, with the command in it: what is started most is read at once, and has what both share once.
import { runInProcess } from '../process.js';
import { command } from '../subcommands/dct-inspect.js';

export const run = (words: readonly string[], programFile: string): Promise<void> =>
  runInProcess(words, programFile, new Map([['dct inspect', command]]));
