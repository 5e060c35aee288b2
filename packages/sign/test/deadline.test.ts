import { systemClock } from '@securosys/core';
import { expect, it } from 'vitest';
import { Deadline } from '../src/deadline.js';

it('a deadline that is over already waits for no work, and leaves what fails later to nobody', async () => {
  const reason = new Error('enough');
  const deadline = new Deadline('a call', systemClock, 10_000, { signal: AbortSignal.abort(reason) });
  await expect(deadline.race(new Promise(() => undefined))).rejects.toBe(reason);
  await expect(deadline.race(Promise.reject(new Error('failed')))).rejects.toBe(reason);
  deadline.end();
});
