import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { serveCosignKms } from '@securosys/cosign/serve';
import { securosysKms } from './kms-plugin.js';

/** Answers one call of cosign in this process, and ends it. */
export async function runKms(): Promise<never> {
  const programFolder = dirname(realpathSync(process.argv[1] ?? ''));
  return serveCosignKms(securosysKms({ env: process.env, programFolder }));
}
