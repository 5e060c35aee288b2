import { describe, expect, it } from 'vitest';
import { createRing, Ring, written } from '../../src/threads/ring.js';

const nothing = () => false;

describe('the ring of a pass', () => {
  it('gives each slot to one writer, in order, and none before the first stage has left it', () => {
    const [one, other] = [createRing(2, 16)].flatMap((memory) => [new Ring(memory), new Ring(memory)]) as [Ring, Ring];
    expect(one.takeWrite()).toBeUndefined();
    one.advance(0);
    one.advance(0);
    expect(other.takeWrite()).toBe(0);
    expect(one.takeWrite()).toBeUndefined();
    other.wrote();
    expect(one.takeWrite()).toBe(1);
    one.wrote();
    expect(other.takeWrite()).toBeUndefined();
    expect(
      other.waitFor(
        [
          [0, 2],
          [written, 2],
        ],
        nothing,
      ),
    ).toBe(true);
  });

  it('lets who waits write, and tells who waits that the work was stopped', () => {
    const ring = new Ring(createRing(2, 16));
    ring.advance(0);
    const write = () => {
      if (ring.takeWrite() === undefined) return false;
      ring.wrote();
      return true;
    };
    expect(ring.waitFor([[written, 1]], write)).toBe(true);
    ring.stop();
    expect(ring.waitFor([[written, 1]], write)).toBe(false);
    ring.reset();
    expect(ring.takeWrite()).toBeUndefined();
  });
});
