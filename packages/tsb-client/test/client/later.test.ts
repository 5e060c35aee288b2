import { describe, expect, it } from 'vitest';
import { later } from '../../src/client/later.js';

const calls = { add: async (a: number, b: number) => a + b, inner: { fail: () => Promise.reject(new Error('no')) } };
const outline = { add: true, inner: { fail: true } } as const;

describe('calls that load later', () => {
  it('answer as they would at once, and load once for all', async () => {
    let loads = 0;
    const group = later<typeof calls>(outline, async () => {
      loads += 1;
      return calls;
    });
    expect(loads).toBe(0);
    expect(await group.add(2, 3)).toBe(5);
    await expect(group.inner.fail()).rejects.toThrow('no');
    expect(loads).toBe(1);
  });

  it('have the names of the outline, and nothing else', () => {
    const group = later<typeof calls>(outline, async () => calls);
    expect(Object.keys(group)).toEqual(['add', 'inner']);
    expect(Object.keys(group.inner)).toEqual(['fail']);
  });

  it('get what was handed in as it was then, and things that live as themselves', async () => {
    const signal = AbortSignal.abort();
    const group = later<{ take(key: object, options: object): Promise<unknown> }>({ take: true }, async () => ({
      take: async (...given) => given,
    }));
    const seed = Uint8Array.of(1, 2);
    const key = { label: 'k', parts: [{ seed }], policy: null };
    const taken = group.take(key, { signal });
    seed.fill(0);
    key.label = 'other';
    const [was, options] = (await taken) as [typeof key, { signal: AbortSignal }];
    expect(was).toEqual({ label: 'k', parts: [{ seed: Uint8Array.of(1, 2) }], policy: null });
    expect(options.signal).toBe(signal);
  });
});
