import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { MadeToken } from '../../../interop/suites/pkcs11/tokens.js';
import { type Result, rounded } from '../../figure.js';
import type { Counted } from './count-signatures.js';
import { limited } from './results.js';
import { jobOf, type Work, works } from './work.js';

const mostBytes = 10e6;
const width = 64;
const megabytes = (bytes: number) => bytes / 1e6;

/** How many signatures: a million, unless somebody in a hurry says fewer. */
const count = Number(process.env.BENCH_PKCS11_SIGNATURES ?? 1_000_000);
const warm = Math.min(100_000, count / 2);

/** Memory over many P-256 signatures, each of which is verified. */
export async function* million(token: MadeToken, note: (text: string) => void): AsyncIterable<Result> {
  const work = works.find(({ spec }) => spec === 'ec-p256') as Work;
  const job = { ...jobOf(token, work, width), count, warm };
  const child = fork(fileURLToPath(new URL('count-signatures.ts', import.meta.url)), {
    env: { ...process.env, ...token.env, BENCH_JOB: JSON.stringify(job) },
    execArgv: [...process.execArgv, '--expose-gc'],
  });
  const answered = once(child, 'message') as Promise<[Counted]>;
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the process that signs ended: ${signal ?? code}`);
  });
  const [{ verified, wrong, failures, residentWarm, residentEnd, seconds }] = await Promise.race([answered, ended]);
  ended.catch(() => undefined);
  const figure = `${count} P-256 signatures`;
  note(`${figure}, each verified, in ${rounded(seconds)} s; resident ${megabytes(residentEnd).toFixed(1)} MB at the end`);
  for (const failure of failures) note(`${figure}: ${failure}`);
  yield limited(`${figure}, verified`, verified, '', 'all', verified === count && wrong === 0);
  const grown = residentEnd - residentWarm;
  yield limited(`${figure}, growth after ${warm}`, megabytes(grown), 'MB', 'less than 10 MB', grown < mostBytes);
}
