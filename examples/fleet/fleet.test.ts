import { describe, expect, it } from 'vitest';
import { runFleet } from './fleet.js';
import { redisIsInstalled } from './redis-server.js';

const needed = redisIsInstalled ? '' : '(skipped: redis-server is not installed)';
const images = 15;

// CI runs the whole of it as a program, with 500 images; these few take as long as many tests.
describe.skipIf(!redisIsInstalled || !process.env.SLOW)(`a fleet of three workers on Redis ${needed}`, () => {
  it('signs every image once, also those that a worker had in hand when it was killed, and leaves nothing behind', async () => {
    const { inHand, ...report } = await runFleet({ images, killAfter: Math.floor(images / 3) });
    expect(inHand).toBeGreaterThan(0);
    expect(report).toEqual({
      ...{ images, trusted: images, signatures: images, requests: images, executed: images, jobsDone: images },
      ...{ notOnce: 0, doubled: 0, leftOver: [], killed: true },
    });
  }, 200_000);
});
