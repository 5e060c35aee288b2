import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createKeyPool, type KeyPool } from '../../src/provider/resident-keys.js';
import type { KeyHalf, KeyUse, PrivateKey } from '../../src/recipients/keys/private-key.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const known = { ref: { label: 'layers' } };
const why: KeyUse = { facts: { format: 'ocicrypt-provider.demo', title: 'Open a layer', details: {} }, opens: () => true };
const half: KeyHalf = { spec: undefined, spki: new Uint8Array(1), needsApproval: false };

/** A key, the secrets that it gave out, and how often it was described. */
function world(keepMs: number) {
  const { pool, close } = createKeyPool(keepMs);
  const seen = { secrets: [] as Uint8Array[], described: 0 };
  const state = { fails: false };
  const make = (): PrivateKey => {
    let described: Promise<KeyHalf> | undefined;
    return {
      async publicHalf() {
        described ??= Promise.resolve(half).finally(() => void seen.described++);
        return described;
      },
      async decrypt() {
        if (state.fails) throw new Error('refused');
        const secret = Uint8Array.of(1, 2, 3);
        seen.secrets.push(secret);
        return secret;
      },
      derive: async () => Uint8Array.of(9),
    };
  };
  const key = (): ReturnType<KeyPool> => pool('k1', known, make);
  const unwrap = (ek: number) => key().decrypt('rsa-oaep-sha256', Uint8Array.of(ek), why);
  return { seen, state, key, unwrap, close };
}

const asked = ({ secrets }: { readonly secrets: readonly Uint8Array[] }) => secrets.length;

describe('a content key in a service (S14)', () => {
  it('opens what carries it in the same form, and is wiped some time after its last use', async () => {
    const { seen, unwrap } = world(1_000);
    for (let layer = 0; layer < 3; layer++) {
      expect([...(await unwrap(1))]).toEqual([1, 2, 3]);
      await vi.advanceTimersByTimeAsync(900);
    }
    expect(asked(seen)).toBe(1);
    expect([...(seen.secrets[0] as Uint8Array)]).toEqual([1, 2, 3]);
    await vi.advanceTimersByTimeAsync(101);
    expect([...(seen.secrets[0] as Uint8Array)]).toEqual([0, 0, 0]);
    await unwrap(1);
    expect(asked(seen)).toBe(2);
  });

  it('is not kept by the layers of another image, whoever needs the same key for them', async () => {
    const { seen, unwrap } = world(1_000);
    await unwrap(1);
    for (let other = 0; other < 3; other++) {
      await unwrap(2);
      await vi.advanceTimersByTimeAsync(400);
    }
    expect(seen.secrets.map((secret) => secret[0])).toEqual([0, 1]);
  });

  it('is gone in the end, also for whoever asks again and again', async () => {
    const { seen, unwrap } = world(1_000);
    for (let ms = 0; ms <= 10_000; ms += 500) {
      await unwrap(1);
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(asked(seen)).toBe(2);
    expect([...(seen.secrets[0] as Uint8Array)]).toEqual([0, 0, 0]);
  });

  it('is given out as a copy, which outlives it', async () => {
    const { unwrap } = world(0);
    const [first, second] = await Promise.all([unwrap(1), unwrap(1)]);
    await vi.advanceTimersByTimeAsync(1);
    expect([...first, ...second]).toEqual([1, 2, 3, 1, 2, 3]);
    expect(first).not.toBe(second);
  });

  it('is wiped when the service ends', async () => {
    const { seen, unwrap, close } = world(1_000);
    await unwrap(1);
    close();
    await vi.advanceTimersByTimeAsync(0);
    expect([...(seen.secrets[0] as Uint8Array)]).toEqual([0, 0, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('what a backend says of a key', () => {
  it('is asked once for the calls of half a minute, and anew after it', async () => {
    const { seen, key } = world(0);
    await key().publicHalf();
    await vi.advanceTimersByTimeAsync(29_000);
    await key().publicHalf();
    expect(seen.described).toBe(1);
    await vi.advanceTimersByTimeAsync(1_000);
    await key().publicHalf();
    expect(seen.described).toBe(2);
  });

  it('is asked anew after a failure: its rules may have changed', async () => {
    const { seen, state, key, unwrap } = world(0);
    await key().publicHalf();
    state.fails = true;
    await expect(unwrap(1)).rejects.toThrow('refused');
    await key().publicHalf();
    expect(seen.described).toBe(2);
  });
});
