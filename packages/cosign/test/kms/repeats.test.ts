import { createMemoryStore, type PendingStore, SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { forgetOldRepeats, repeatedForMs } from '../../src/kms/repeats.js';

const kept = (name: string, finishedAt: number) => ({
  kind: 'cosign-kms',
  version: 1,
  key: `of-${name}`,
  requestKey: name,
  finishedAt,
});

/** Whose listing ends with an error, as that of a folder with a damaged record. */
async function damaged(error: Error): Promise<PendingStore> {
  const store = createMemoryStore();
  await store.put('of-old', kept('old', 0));
  await store.put('old', { about: 'a request' });
  return {
    ...store,
    async *records() {
      yield kept('old', 0);
      throw error;
    },
  };
}

describe('requests that are kept for a repeat', () => {
  it('are forgotten after their time, and not before', async () => {
    const store = createMemoryStore();
    await store.put('of-old', kept('old', 0));
    await store.put('of-new', kept('new', 1));
    await store.put('old', { about: 'a request' });
    await store.put('new', { about: 'a request' });
    await forgetOldRepeats(store, repeatedForMs);
    expect([await store.get('old'), await store.get('of-old')]).toEqual([undefined, undefined]);
    expect(await store.get('new')).toEqual({ about: 'a request' });
  });

  it('cost nobody a signature when a record of others is damaged', async () => {
    const store = await damaged(new SignError('ERR_STORE', 'damaged'));
    await forgetOldRepeats(store, repeatedForMs);
    expect(await store.get('old')).toBeUndefined();
  });

  it('do not hide a defect of a store', async () => {
    await expect(forgetOldRepeats(await damaged(new TypeError('a defect')), repeatedForMs)).rejects.toThrow(TypeError);
  });
});
