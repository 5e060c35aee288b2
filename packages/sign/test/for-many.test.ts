import { describe, expect, it, vi } from 'vitest';
import { forMany } from '../src/for-many.js';

describe('a signal for many calls', () => {
  it('may be listened to by any number of them without a warning, and gives on why it was aborted', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    try {
      const controller = new AbortController();
      const { signal } = forMany({ signal: controller.signal });
      let heard = 0;
      for (let at = 0; at < 40; at++) signal?.addEventListener('abort', () => heard++);
      const reason = new Error('enough');
      controller.abort(reason);
      expect([heard, signal?.reason]).toEqual([40, reason]);
      expect(warned).not.toHaveBeenCalled();
    } finally {
      warned.mockRestore();
    }
  });
});
