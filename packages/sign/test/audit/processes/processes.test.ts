import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { openAuditLog, readAuditLog, verifyAuditLog } from '../../../src/audit.js';
import { all, filesOf, newFolder } from '../helpers.js';
import { startWriter } from './run-writer.js';

/** Everything that a writer was told is durable is in the log, as it was told. */
async function holdsAll(folder: string, durable: readonly { readonly seq: number; readonly hash: string }[]): Promise<void> {
  const records = await all(readAuditLog(folder));
  for (const { seq, hash } of durable) expect(records[seq]).toMatchObject({ seq, hash });
}

const locks = async (folder: string) => (await readdir(folder)).filter((name) => name.startsWith('.lock-'));

describe('several processes', () => {
  it('append to one log: one chain, nothing lost, nothing doubled', async () => {
    const folder = await newFolder();
    const [count, together] = process.env.SLOW ? [3000, 10] : [60, 3];
    const writers = ['a', 'b', 'c'].map((name) => startWriter({ folder, name, count, together, maxFileBytes: 16_384 }));
    await Promise.all(writers.map(({ ended }) => ended));
    const durable = writers.flatMap((writer) => writer.durable);
    expect(durable).toHaveLength(3 * count);
    expect(new Set(durable.map(({ seq }) => seq)).size).toBe(3 * count);
    await holdsAll(folder, durable);
    const files = await filesOf(folder);
    expect(files.length).toBeGreaterThan(2);
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'consistent', records: 3 * count + files.length });
    expect(await locks(folder)).toEqual([]);
  });

  it('do not wait for one that died with the turn in its hands', async () => {
    const folder = await newFolder();
    const victim = startWriter({ folder, name: 'victim', count: 5, dieAt: 'half written', dieWith: 3 });
    expect(await victim.ended).toEqual({ killed: true });
    expect(victim.durable).toHaveLength(2);
    expect(await locks(folder)).toHaveLength(1);
    await using log = openAuditLog({ folder });
    const started = performance.now();
    await log.append({ kind: 'note' });
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(await locks(folder)).toEqual([]);
    await holdsAll(folder, victim.durable);
    expect(await all(readAuditLog(folder, { kinds: ['repaired'] }))).toHaveLength(1);
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'consistent' });
  });
});

const hits = new Map<string, number>();
afterAll(() => {
  if (hits.size > 0)
    console.log([...hits].map(([step, count]) => `${String(count).padStart(3)}  killed after ${step}`).join('\n'));
});

describe.runIf(process.env.SLOW)('kill -9 of a writer', () => {
  const steps = ['lock raised', 'file opened', 'half written', 'written', 'synced', 'lock given back'];

  it.each(steps)('after "%s" loses nothing durable, and the next writer goes on', async (dieAt) => {
    const times = [1, 2, 3, 5, 8, 13];
    for (const dieWith of times) {
      const folder = await newFolder();
      const victim = startWriter({ folder, name: 'victim', endless: true, together: 4, maxFileBytes: 4096, dieAt, dieWith });
      expect(await victim.ended).toEqual({ killed: true });
      hits.set(dieAt, (hits.get(dieAt) ?? 0) + 1);
      const left = await verifyAuditLog(folder).catch((error: { code?: string }) => error.code);
      if (left !== 'ERR_NOT_FOUND') expect(left).toMatchObject({ verdict: 'consistent' });
      const next = startWriter({ folder, name: 'next', count: 8, together: 2, maxFileBytes: 4096 });
      expect(await next.ended).toEqual({ killed: false });
      await holdsAll(folder, [...victim.durable, ...next.durable]);
      const report = await verifyAuditLog(folder);
      expect(report).toMatchObject({ verdict: 'consistent' });
      expect(report).not.toHaveProperty('unfinished');
      expect(await locks(folder)).toEqual([]);
      // A line that was cut in its middle is owned up to; whole lines that nobody was told about stay.
      if (dieAt === 'half written') expect((await all(readAuditLog(folder, { kinds: ['repaired'] }))).length).toBeGreaterThan(0);
    }
    expect(hits.get(dieAt)).toBeGreaterThanOrEqual(5);
  });

  it('at any moment, of any of several, loses nothing durable', { timeout: 300_000 }, async () => {
    const folder = await newFolder();
    const told: { seq: number; hash: string }[] = [];
    const start = (i: number) => startWriter({ folder, name: `w${i}`, endless: true, together: 3, maxFileBytes: 65_536 });
    const running = [0, 1, 2].map(start);
    for (let i = 3; i < 40; i++) {
      await sleep(150 + ((i * 37) % 250));
      const [victim] = running.splice(i % 3, 1);
      victim?.process.kill('SIGKILL');
      expect(await victim?.ended).toEqual({ killed: true });
      told.push(...(victim?.durable ?? []));
      running.push(start(i));
    }
    for (const writer of running) {
      writer.process.kill('SIGKILL');
      await writer.ended;
      told.push(...writer.durable);
    }
    await using log = openAuditLog({ folder });
    await log.append({ kind: 'end' });
    expect(told.length).toBeGreaterThan(100);
    expect(new Set(told.map(({ seq }) => seq)).size).toBe(told.length);
    await holdsAll(folder, told);
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'consistent' });
    expect(await locks(folder)).toEqual([]);
  });
});
