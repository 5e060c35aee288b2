// Signs many times, verifies every signature in Node's pool of threads, and says what became of the memory of the process.
import { createPublicKey, verify } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { openOurs } from './sides/open-ours.js';
import { type Job, message, signedBytes } from './work.js';

/** What came of it. */
export interface Counted {
  readonly verified: number;
  readonly wrong: number;
  readonly failures: readonly string[];
  /** Resident bytes after the first signatures, and after all of them, each after a collection. */
  readonly residentWarm: number;
  readonly residentEnd: number;
  readonly seconds: number;
}

const job = JSON.parse(process.env.BENCH_JOB ?? '{}') as Job & { readonly count: number; readonly warm: number };
const { backend, key } = await openOurs(job);
const publicKey = createPublicKey({ key: Buffer.from(job.key.spki, 'base64'), format: 'der', type: 'spki' });
const verifies = promisify(verify);
const input = { digest: signedBytes(job.algorithm) };

let [started, verified, wrong] = [0, 0, 0];
const failures = new Set<string>();

async function signUpTo(last: number): Promise<void> {
  while (started < last) {
    started++;
    try {
      const result = await backend.begin({ kind: 'sign', key, algorithm: job.algorithm, input });
      if (!('done' in result)) throw new Error('the token asks people');
      const good = await verifies('sha256', message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, result.done);
      good ? verified++ : wrong++;
    } catch (error) {
      failures.add((error as Error).message);
    }
  }
}

const inFlight = (last: number) => Promise.all(Array.from({ length: job.width }, () => signUpTo(last)));

async function resident(): Promise<number> {
  for (let time = 0; time < 4; time++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return process.memoryUsage.rss();
}

const start = performance.now();
await inFlight(job.warm);
const residentWarm = await resident();
await inFlight(job.count);
const residentEnd = await resident();
const counted: Counted = {
  verified,
  wrong,
  failures: [...failures],
  residentWarm,
  residentEnd,
  seconds: (performance.now() - start) / 1000,
};
process.send?.(counted);
await backend.close();
process.disconnect();
