// What runs every command, which it loads.
import { runInProcess } from '../process.js';

export const run = (words: readonly string[], programFile: string): Promise<void> => runInProcess(words, programFile);
