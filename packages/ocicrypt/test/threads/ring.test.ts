import { describe, expect, it } from 'vitest';
import { createRing, Ring } from '../../src/threads/ring.js';

describe('the ring of a pass', () => {
  it('lets nobody wait whose needs are met, and tells who waits that the work was stopped', () => {
    const ring = new Ring(createRing(2, 16));
    ring.advance(0);
    ring.advance(1);
    const both = [
      [0, 1],
      [1, 1],
    ] as const;
    expect(ring.waitFor(both)).toBe(true);
    ring.stop();
    expect(ring.waitFor(both)).toBe(false);
    ring.reset();
    expect(ring.waitFor([])).toBe(true);
  });

  it('gives slots one after the other, and the first one again when all were used', () => {
    const ring = new Ring(createRing(2, 16));
    ring.slot(0, 100).fill(1);
    expect(ring.slots).toBe(2);
    expect(ring.count(33)).toBe(3);
    expect([...ring.slot(2, 33)]).toEqual([1]);
    expect(ring.slot(1, 100).byteOffset - ring.slot(0, 100).byteOffset).toBe(16);
    ring.reset();
    expect([...ring.slot(0, 2)]).toEqual([0, 0]);
  });
});
