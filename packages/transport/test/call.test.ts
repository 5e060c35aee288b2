import { systemClock } from '@securosys/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bodyChunks, startCall } from '../src/index.js';

/** What ends a process by default: rejections that nobody handled, until the test is over. */
function unhandled(): unknown[] {
  const seen: unknown[] = [];
  const note = (reason: unknown) => void seen.push(reason);
  const others = process.rawListeners('unhandledRejection') as NodeJS.UnhandledRejectionListener[];
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
  onTestFinished(() => {
    process.off('unhandledRejection', note);
    for (const other of others) process.on('unhandledRejection', other);
  });
  return seen;
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('a call that was aborted leaves no rejection to nobody:', () => {
  it('work that fails after the abortion', async () => {
    const seen = unhandled();
    const controller = new AbortController();
    const call = startCall(systemClock, 1000, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(call.race(Promise.reject(new Error('failed')))).rejects.toThrow('enough');
    await expect(call.step(Promise.reject(new Error('failed')))).rejects.toThrow('enough');
    await settled();
    call.end();
    expect(seen).toEqual([]);
  });

  it('a body that breaks off while its reader does something else', async () => {
    const seen = unhandled();
    const controller = new AbortController();
    const call = startCall(systemClock, 1000, { signal: controller.signal });
    const body = new ReadableStream<Uint8Array>({
      start(stream) {
        stream.enqueue(new Uint8Array(1));
        controller.signal.addEventListener('abort', () => stream.error(new Error('broken')));
      },
    });
    const chunks = bodyChunks(call, new Response(body), { maxBytes: 10, what: 'a body' });
    expect((await chunks.next()).value).toHaveLength(1);
    controller.abort(new Error('enough'));
    await expect(chunks.next()).rejects.toThrow('enough');
    await settled();
    call.end();
    expect(seen).toEqual([]);
  });
});
