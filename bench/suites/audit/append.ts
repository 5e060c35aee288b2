import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openAuditLog } from '@securosys/sign/audit';
import { type Result, rounded } from '../../figure.js';
import { median } from '../../measure.js';
import { sampleEntry } from './entry.js';

const rounds = 5;
const seconds = 2;
const goal = 20_000;

interface Round {
  /** Records per second on the wall clock. */
  readonly rate: number;
  /** Microseconds of processor time for each record, of all threads. */
  readonly cpu: number;
}

/** One round; `inFlight` callers each wait for their record before they ask for the next one. */
async function appending(folder: string, inFlight: number): Promise<Round> {
  const log = openAuditLog({ folder });
  let done = 0;
  const before = process.cpuUsage();
  const start = performance.now();
  const end = start + seconds * 1000;
  const caller = async () => {
    while (performance.now() < end) {
      await log.append(sampleEntry(done));
      done++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  const taken = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  await log.close();
  return { rate: (done / taken) * 1000, cpu: (user + system) / done };
}

/** What the disk allows: the same bytes, one write and one sync for each record, by nobody but this. */
async function bareWrites(path: string): Promise<number> {
  const file = await open(path, 'a');
  const bytes = new TextEncoder().encode(`${JSON.stringify(sampleEntry(1)).padEnd(1200)}\n`);
  let done = 0;
  const start = performance.now();
  for (; performance.now() - start < seconds * 1000; done++) {
    await file.write(bytes);
    await file.datasync();
  }
  const taken = performance.now() - start;
  await file.close();
  return (done / taken) * 1000;
}

/** Appending with many callers and with one, beside bare writes. */
export async function* appendFigures(folder: string, note: (text: string) => void): AsyncIterable<Result> {
  const bare: number[] = [];
  const taken: Record<1 | 64 | 1024, Round[]> = { 1: [], 64: [], 1024: [] };
  for (let round = 0; round < rounds; round++) {
    bare.push(await bareWrites(join(folder, 'bare')));
    for (const inFlight of [1, 64, 1024] as const)
      taken[inFlight].push(await appending(join(folder, `log-${inFlight}`), inFlight));
  }
  const theirs = rounded(median(bare));
  note(`a bare write of one record and its fdatasync takes ${rounded(1000 / theirs)} ms on this disk`);
  const common = { bench: 'audit', peer: 'bare write + fdatasync each', theirs };
  for (const inFlight of [1, 64, 1024] as const) {
    const ours = rounded(median(taken[inFlight].map(({ rate }) => rate)));
    const figure = { ...common, figure: `append, ${inFlight} in flight`, ours, ratio: null };
    const text = `≥ ${goal} /s`;
    yield { figure, unit: '/s', ...(inFlight === 1024 && { goal: { text, met: ours >= goal } }) };
  }
  const cpu = median(taken[1024].map((round) => round.cpu));
  note(
    `a record takes ${rounded(cpu)} µs of processor time with 1024 in flight: ${rounded(1e6 / cpu)} /s of a processor that has nothing else to do`,
  );
}
