import { createPublicKey, verify } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRunningClock, startFakeTsb } from '@securosys/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { type Left, letTimePass, runHere, runVictim } from './process.js';

const timesEach = 5;
const message = 'what is to be signed';
/** People who still decide make a lost answer an unknown outcome; after them, a few runs are enough for everything. */
const mostRuns = 7;

type Phase = 'submit' | 'resume';

const recordsIn = async (folder: string) => (await readdir(folder)).filter((name) => name.endsWith('.json'));

/** One application over its life: killed at one step of one phase, then started again until it has what it wanted. */
async function life(phase: Phase, dieAt: number): Promise<Left> {
  const folder = join(await mkdtemp(join(tmpdir(), 'kill-client-')), 'pending');
  await using tsb = await startFakeTsb({ banner: () => undefined, clock: createRunningClock() });
  const { spki } = await tsb.addKey({ label: 'release', spec: 'ec-p256', approvers: { quorum: 2, of: ['CISO', 'Dev lead'] } });
  let runs = 0;
  const orders = (waitMs: number) => ({ url: tsb.url, token: tsb.token, folder, message, waitMs, aheadMs: 60_000 * runs++ });
  const approve = async () => {
    for (const { id, status } of tsb.requests)
      if (status === 'PENDING') for (const name of ['CISO', 'Dev lead']) await tsb.approve(id, name);
  };

  let victim: Left | undefined;
  if (phase === 'submit') {
    victim = await runVictim(orders(0), dieAt);
    await letTimePass(folder);
    // Whoever knows its request goes on with it, and nobody makes a second one.
    await runHere(orders(0));
    expect(tsb.requests).toHaveLength(1);
    await approve();
  } else {
    expect(await runHere(orders(0))).toMatchObject({ done: true });
    await approve();
    victim = await runVictim(orders(5_000), dieAt);
    await letTimePass(folder);
  }
  let signature = victim.signature;
  while (runs < mostRuns) {
    // Who has kept the result and forgotten the request does not ask again.
    if (signature !== undefined && (await recordsIn(folder)).length === 0) break;
    const last = await runHere(orders(5_000));
    signature = last.signature ?? signature;
    if (last.done) break;
    expect(['ERR_OUTCOME_UNKNOWN', 'ERR_APPROVAL_PENDING']).toContain(last.error);
    await approve();
  }
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const bytes = Buffer.from(signature ?? '', 'base64');
  expect(verify('sha256', Buffer.from(message), { key, dsaEncoding: 'ieee-p1363' }, bytes)).toBe(true);
  expect(tsb.requests.map(({ status }) => status)).toEqual(['EXECUTED']);
  expect(await recordsIn(folder)).toEqual([]);
  await rm(join(folder, '..'), { recursive: true, force: true });
  return victim;
}

const hits = new Map<string, number>();
afterAll(() => {
  if (hits.size > 0)
    console.log([...hits].map(([step, count]) => `${String(count).padStart(3)}  killed after ${step}`).join('\n'));
});

describe.runIf(process.env.SLOW)('kill -9 of the application', () => {
  it.each(['submit', 'resume'] as const)(
    'at any step of %s loses nothing and doubles nothing',
    { timeout: 600_000 },
    async (phase) => {
      const { steps, killed } = await life(phase, 0);
      expect(killed).toBe(false);
      expect(steps.length).toBeGreaterThan(8);
      for (const [i, name] of steps.entries()) {
        let count = 0;
        // On a busy machine a life may get by with a step less: such a one says nothing of this step, and another takes its place.
        for (let round = 0; round < 4 && count < timesEach; round++) {
          const lives = await Promise.all(Array.from({ length: timesEach - count }, () => life(phase, i + 1)));
          count += lives.filter((victim) => victim.killed && victim.steps.at(-1) === name).length;
        }
        hits.set(`${phase} ${String(i + 1).padStart(2)}: ${name}`, count);
      }
      expect([...hits.values()].every((count) => count >= timesEach)).toBe(true);
    },
  );
});
