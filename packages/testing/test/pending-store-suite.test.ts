import { inspect } from 'node:util';
import { createMemoryStore } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { describePendingStore, type PendingStoreFixture } from '../src/index.js';
import { brokenStores, type WorsenStore } from './support/broken-stores.js';

/** Runs the suite without a test runner: what failed, and in which order it was run. */
async function verdictOn(factory: () => Promise<PendingStoreFixture>) {
  const tests: { name: string; body: () => Promise<void> }[] = [];
  describePendingStore('under test', factory, {
    describe: (_, body) => body(),
    it: (name, body) => tests.push({ name, body }),
  });
  const failures: Record<string, string> = {};
  for (const { name, body } of tests) await body().catch((error: unknown) => (failures[name] = String(error)));
  return { failures, claims: tests.map(({ name }) => name) };
}

const worsened = (worsen: WorsenStore) => async () => {
  const good = createMemoryStore();
  return { open: () => ({ ...good, ...worsen(good) }) };
};
const away = 'it is put away';

describe('the conformance suite for pending stores', () => {
  it('finds nothing wrong with a good store, with one that cannot list, and with one that others use', async () => {
    expect((await verdictOn(worsened(() => ({})))).failures).toEqual({});
    const silent = async () => {
      const { records, ...rest } = createMemoryStore();
      return { open: async () => rest };
    };
    expect((await verdictOn(silent)).failures).toEqual({});
    const store = createMemoryStore();
    await store.put('theirs', { nonce: 'theirs' });
    expect((await verdictOn(async () => ({ open: () => store }))).failures).toEqual({});
    const left = [];
    for await (const record of store.records?.() ?? []) left.push({ ...record });
    expect(left).toEqual([{ nonce: 'theirs' }]);
  });

  it.each(brokenStores)('sees that a store %s', async (_, worsen, claim, message) => {
    const { failures } = await verdictOn(worsened(worsen));
    expect(failures[claim], inspect(failures)).toMatch(message);
  });

  it('has a broken store for every claim', async () => {
    const { claims } = await verdictOn(worsened(() => ({})));
    const told = new Set([...brokenStores.map(([, , claim]) => claim), away]);
    expect(claims.filter((claim) => !told.has(claim))).toEqual([]);
    expect(told.size).toBe(claims.length);
  });

  it('opens its fixture once and puts it away last, whatever failed', async () => {
    const calls: string[] = [];
    const { failures } = await verdictOn(async () => {
      calls.push('made');
      return {
        open: () => {
          throw new Error('unreachable');
        },
        dispose: async () => void calls.push('put away'),
      };
    });
    expect(calls).toEqual(['made', 'put away']);
    expect(failures[away]).toBeUndefined();
    expect(Object.values(failures).every((message) => message.includes('unreachable'))).toBe(true);
  });
});
