// Signs without end over a module that fails at random, and says every few seconds how it stands.
import { SignError } from '@securosys/core';
import { openFaultModule } from '../../../packages/pkcs11/test/fault-module/fault-module.js';
import { openOurs } from './sides/open-ours.js';
import { type Job, judge, signedBytes } from './work.js';

/** How it stands; the last one is told when everything that was begun has ended. */
export interface Standing {
  readonly seconds: number;
  readonly signatures: number;
  readonly wrong: number;
  /** Refused with a typed error, by code and return value. */
  readonly refused: Readonly<Record<string, number>>;
  /** Failed in another way. */
  readonly untyped: readonly string[];
  readonly faults: number;
  readonly resident: number;
  readonly queued: number;
  readonly running: number;
  readonly ended: boolean;
}

const job = JSON.parse(process.env.BENCH_JOB ?? '{}') as Job & { readonly seconds: number };
const codes = [
  0x02, 0x05, 0x06, 0x30, 0x31, 0x32, 0x60, 0x70, 0x82, 0x90, 0x91, 0xb0, 0xb1, 0xb3, 0xe0, 0xe1, 0x101, 0x150, 0x190,
];
const places = [
  'C_SignInit',
  'C_Sign',
  'C_OpenSession',
  'C_Login',
  'C_GetSlotList',
  'C_FindObjects',
  'C_GetSessionInfo',
] as const;
const reportMs = 5_000;
const pauseMs = 50;

const fault = openFaultModule(job.token.module);
const { backend, key } = await openOurs(job);
const { algorithm } = job;
const verifies = judge(job);
const input = { digest: signedBytes(algorithm) };
const start = performance.now();
const end = start + job.seconds * 1000;
const refused: Record<string, number> = {};
const untyped = new Set<string>();
let [signatures, wrong, faults] = [0, 0, 0];

const any = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function sign(): Promise<void> {
  try {
    const result = await backend.begin({ kind: 'sign', key, algorithm, input });
    signatures++;
    if (!('done' in result) || !verifies(result.done)) wrong++;
  } catch (error) {
    if (SignError.is(error)) {
      const name = `${error.code} ${error.details.upstreamName ?? ''}`.trim();
      refused[name] = (refused[name] ?? 0) + 1;
    } else untyped.add(String(error));
    await pause(10);
  }
}

async function lane(): Promise<void> {
  while (performance.now() < end) await sign();
}

/** One call in some place fails, now and then several; sometimes a call takes its time. */
async function trouble(): Promise<void> {
  while (performance.now() < end) {
    const name = any(places);
    fault.fail(name, { code: any(codes), skip: Math.floor(Math.random() * 20), times: any([1, 1, 1, 2, 5]) });
    fault.delay('C_Sign', any([0, 0, 0, 1, 20]));
    faults++;
    await pause(pauseMs);
  }
  fault.reset();
}

function standing(ended: boolean): Standing {
  const { queued, running } = backend.metrics();
  const seconds = (performance.now() - start) / 1000;
  const resident = process.memoryUsage.rss();
  return { seconds, signatures, wrong, refused, untyped: [...untyped], faults, resident, queued, running, ended };
}

const timer = setInterval(() => process.send?.(standing(false)), reportMs);
await Promise.all([trouble(), ...Array.from({ length: job.width }, lane)]);
clearInterval(timer);
process.send?.(standing(true));
await backend.close();
process.disconnect();
