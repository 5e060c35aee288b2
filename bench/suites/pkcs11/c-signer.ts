import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { outFolder } from '../../peer.js';
import type { Round } from './serve-rounds.js';
import type { Side } from './side.js';
import { type Job, judge, signedBytes } from './work.js';

const execute = promisify(execFile);
const source = fileURLToPath(new URL('../../peers/pkcs11-signer/signer.c', import.meta.url));
const warmUpSeconds = 0.15;

/** The header of the standard comes with pkcs11js. */
function headers(): string {
  const ours = createRequire(import.meta.url).resolve('@securosys/pkcs11/package.json');
  return join(dirname(createRequire(ours).resolve('pkcs11js')), 'includes');
}

/**
 * Builds the C program unless that has been done since its last change.
 * @returns its path
 */
export async function buildSigner(): Promise<string> {
  const program = join(outFolder, 'pkcs11-signer');
  if (existsSync(program) && statSync(program).mtimeMs >= statSync(source).mtimeMs) return program;
  mkdirSync(outFolder, { recursive: true });
  await execute('cc', ['-O2', '-Wall', '-pthread', '-I', headers(), source, '-o', program, '-ldl']);
  return program;
}

/** The C program with so many threads on the same token and key, started anew for every round. */
export function cSide(program: string, job: Job, threads: number, env: Readonly<Record<string, string>>): Side {
  const { token, key, algorithm } = job;
  const fixed = [token.module, token.parameters ?? '', token.label, token.pin, key.id, algorithm];
  const verifies = judge(job);
  return {
    async round(seconds) {
      const numbers = [signedBytes(algorithm).toString('hex'), threads, seconds, warmUpSeconds].map(String);
      const { stdout } = await execute(program, [...fixed, ...numbers], { env: { ...process.env, ...env } });
      const { signature, ...measured } = JSON.parse(stdout) as Omit<Round, 'wrong'> & { signature: string };
      return { ...measured, delayP99Ms: null, failures: {}, wrong: verifies(Buffer.from(signature, 'hex')) ? 0 : 1 };
    },
    close: () => {},
  };
}
