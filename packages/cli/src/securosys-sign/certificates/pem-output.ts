import { existsSync } from 'node:fs';
import { SignError } from '@securosys/core';
import { writeOwnFile } from '../../files/write-file.js';
import type { CommandContext } from '../context.js';

/** Where the PEM of a command goes. */
export interface PemOutput {
  /** Absolute path; absent: the standard output. */
  readonly file?: string;
  write(pem: string): Promise<void>;
}

/**
 * Where the typed words want a PEM. A file that may not be replaced is refused at once, and not after people have decided.
 * @throws SignError `ERR_CONFLICT`
 */
export function pemOutput({ words, path }: CommandContext): PemOutput {
  const typed = words.text('output');
  if (typed === undefined) return { write: async () => undefined };
  const [file, replace] = [path(typed), words.flag('force')];
  if (!replace && existsSync(file))
    throw new SignError('ERR_CONFLICT', `this is there already: ${file}`, {
      details: { advice: 'give another --output, or --force to replace it' },
    });
  return { file, write: (pem) => writeOwnFile(file, pem, { mode: 0o644, replace }) };
}
