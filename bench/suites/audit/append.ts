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

/** Records per second of one round; `inFlight` callers each wait for their record before they ask for the next one. */
async function appending(folder: string, inFlight: number): Promise<number> {
  const log = openAuditLog({ folder });
  let done = 0;
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
  await log.close();
  return (done / taken) * 1000;
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
  const taken: Record<'bare' | 1 | 64 | 1024, number[]> = { bare: [], 1: [], 64: [], 1024: [] };
  for (let round = 0; round < rounds; round++) {
    taken.bare.push(await bareWrites(join(folder, 'bare')));
    for (const inFlight of [1, 64, 1024] as const)
      taken[inFlight].push(await appending(join(folder, `log-${inFlight}`), inFlight));
  }
  const theirs = rounded(median(taken.bare));
  note(`a bare write of one record and its fdatasync takes ${rounded(1000 / theirs)} ms on this disk`);
  const common = { bench: 'audit', peer: 'bare write + fdatasync each', theirs };
  for (const inFlight of [1, 64, 1024] as const) {
    const ours = rounded(median(taken[inFlight]));
    const figure = { ...common, figure: `append, ${inFlight} in flight`, ours, ratio: null };
    const text = `≥ ${goal} /s`;
    yield { figure, unit: '/s', ...(inFlight === 1024 && { goal: { text, met: ours >= goal } }) };
  }
}
