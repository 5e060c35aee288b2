// Signs many times, has every signature verified by another process, and says what became of the memory of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { openOurs } from './sides/open-ours.js';
import type { Verified } from './verify-signatures.js';
import { type Job, signedBytes } from './work.js';

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
const verifier = fork(fileURLToPath(new URL('verify-signatures.ts', import.meta.url)), {
  stdio: ['pipe', 'inherit', 'inherit', 'ipc'],
});
const answered = once(verifier, 'message') as Promise<[Verified]>;
const signatures = verifier.stdin as Writable;
// Everybody who signs waits for the same pipe.
signatures.setMaxListeners(0);
const input = { digest: signedBytes(job.algorithm) };

let started = 0;
const failures = new Set<string>();

async function signUpTo(last: number): Promise<void> {
  while (started < last) {
    started++;
    try {
      const result = await backend.begin({ kind: 'sign', key, algorithm: job.algorithm, input });
      if (!('done' in result)) throw new Error('the token asks people');
      if (!signatures.write(result.done)) await once(signatures, 'drain');
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
signatures.end();
const [{ verified, wrong }] = await answered;
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
