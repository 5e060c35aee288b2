import type { PKCS11 } from 'pkcs11js';
import { describe, expect, it } from 'vitest';
import { type Batch, readAnswers, sendRequests } from '../../src/worker/batch.js';
import { close, createGate } from '../../src/worker/gate.js';
import { createNative } from '../../src/worker/native.js';
import { createServer } from '../../src/worker/serve.js';
import type { Answer, Request } from '../../src/worker/wire.js';

/** A server over a module that does nothing, and which may be slow. */
function world(slowMs = 0) {
  const gate = createGate();
  const progress = new Int32Array(1);
  /** What the module was in, as the main thread saw it. */
  const seen: number[] = [];
  const sizes: number[] = [];
  const ids: number[] = [];
  const queue: Batch<Request>[] = [];
  const p11 = {
    C_Finalize() {
      seen.push(progress[0] ?? 0);
      for (const start = performance.now(); performance.now() - start < slowMs; );
    },
  };
  const serve = createServer({
    native: createNative(p11 as unknown as PKCS11),
    port: {
      postMessage(message) {
        const answers = readAnswers(message as Batch<Answer>);
        sizes.push(answers.length);
        ids.push(...answers.map(({ id }) => id));
      },
    },
    next: () => queue.shift(),
    gate,
    progress,
    end: () => {
      throw new Error('ended');
    },
  });
  const send = (first: number, count: number, patienceMs: number) =>
    sendRequests(
      { postMessage: (message) => queue.push(message as Batch<Request>) },
      Array.from({ length: count }, (_, at): Request => ({ id: first + at, command: { op: 'finalize' } })),
      patienceMs,
    );
  const run = () => {
    const first = queue.shift();
    if (first) serve(first);
  };
  return { gate, seen, sizes, ids, send, run };
}

describe('what a worker does with its messages', () => {
  it('answers to several of them go out together when they may wait, in their order', () => {
    const { ids, sizes, send, run } = world();
    for (const first of [1, 4, 7]) send(first, 3, 1000);
    run();
    expect([ids, sizes]).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9], [9]]);
  });

  it('answers that may not wait go out one by one', () => {
    const { sizes, send, run } = world();
    send(1, 3, 0);
    run();
    expect(sizes).toEqual([1, 1, 1]);
  });

  it('answers wait no longer than they may, though there is more to do', () => {
    const { sizes, send, run } = world(1);
    for (const first of [1, 11]) send(first, 10, 3);
    run();
    expect(sizes.length).toBeGreaterThanOrEqual(3);
  });

  it('the main thread sees which request it is in', () => {
    const { seen, send, run } = world();
    send(5, 3, 1000);
    run();
    expect(seen).toEqual([5, 6, 7]);
  });

  it('nothing is done behind a closed gate', () => {
    const { gate, seen, send, run } = world();
    send(1, 3, 1000);
    close(gate);
    expect(run).toThrow('ended');
    expect(seen).toEqual([]);
  });
});
