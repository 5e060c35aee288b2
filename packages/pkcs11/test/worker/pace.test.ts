import { describe, expect, it } from 'vitest';
import { createPace } from '../../src/worker/pace.js';

/** Sizes of the messages in which the answers to commands that took so long go out. */
function messages(took: readonly number[], patienceMs = 4): number[] {
  const pace = createPace();
  const sizes: number[] = [];
  let [now, size] = [0, 0];
  pace.begin(now);
  pace.wait(patienceMs);
  for (const each of took) {
    now += each;
    size++;
    if (!pace.done(now)) continue;
    sizes.push(size);
    size = 0;
    pace.begin(now);
  }
  return sizes;
}

const times = (count: number, took: number): number[] => Array.from({ length: count }, () => took);

describe('when answers go out', () => {
  it('fast work waits for more of its kind', () => {
    expect(
      messages(times(400, 0.06))
        .slice(3, -1)
        // A whole message of requests, and no longer than people notice.
        .every((size) => size > 16 && size < 134),
    ).toBe(true);
  });

  it('slow work waits for nothing', () => {
    expect(messages(times(20, 5))).toEqual(times(20, 1));
  });

  it('work waits for as long as its sender says', () => {
    expect(messages(times(20, 5), 0)).toEqual(times(20, 1));
    expect(messages(times(18, 4), 12)).toEqual(times(6, 3));
  });

  it('a thread that is held up now and then goes on in large messages', () => {
    const heldUp = Array.from({ length: 400 }, (_, index) => (index % 10 === 9 ? 2 : 0.06));
    const sizes = messages(heldUp);
    expect(400 / sizes.length).toBeGreaterThan(5);
  });

  it('fast work that becomes slow waits for one other command at most', () => {
    const sizes = messages([...times(200, 0.06), ...times(10, 30)]);
    expect(sizes.slice(-8)).toEqual(times(8, 1));
  });
});
