import { describe, expect, it } from 'vitest';
import { expectOwnMemory } from '../src/index.js';

const own = () => Uint8Array.of(1, 2, 3);
const view = () => new Uint8Array(64).subarray(3, 6);

describe('memory of results (S39)', () => {
  it('counts arrays with a buffer of their own', () => {
    const cycle: Record<string, unknown> = { a: own(), b: [own(), new Map([['k', own()]])], c: 'text', d: null };
    cycle.self = cycle;
    expect(expectOwnMemory(cycle)).toBe(3);
  });

  it('lets fields share the array that is named, and no other', () => {
    const der = new Uint8Array(64);
    const parsed = { der, tbs: der.subarray(4), names: [{ value: der.subarray(8, 12) }] };
    expect(expectOwnMemory(parsed, { shared: ['der'] })).toBe(3);
    expect(() => expectOwnMemory({ parsed, stray: der.subarray(1) }, { shared: ['der'] })).toThrow(/stray/);
    const pooled = view();
    expect(() => expectOwnMemory({ der: pooled, tbs: pooled.subarray(1) }, { shared: ['der'] })).toThrow(/der/);
  });

  it.each([
    ['itself', view()],
    ['in a member', { a: { b: view() } }],
    ['in a list', [own(), view()]],
    ['in a map', new Map([['k', view()]])],
    [
      'behind a getter',
      {
        get bytes() {
          return view();
        },
      },
    ],
    ['that is not enumerable', Object.defineProperty({}, 'hidden', { value: view() })],
    ['that Node pools', Buffer.from('abc')],
    ['that is a Buffer of its own', Buffer.alloc(3)],
  ])('refuses a view %s', (_, value) => {
    expect(() => expectOwnMemory(value)).toThrow(/result/);
  });
});
