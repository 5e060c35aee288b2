import { type Batch, type Poster, readRequests, sendAnswers } from './batch.js';
import { runRequest } from './executor.js';
import { enter, type Gate, leave } from './gate.js';
import type { Native } from './native.js';
import { createPace } from './pace.js';
import type { Answer, Request } from './wire.js';

/** Where a worker gets its requests and leaves its answers. */
export interface Serving {
  readonly native: Native;
  readonly port: Poster;
  /** The next message that is there already. */
  next(): Batch<Request> | undefined;
  readonly gate: Gate;
  /** The number of the request that is worked on is written to its first element. */
  readonly progress: Int32Array;
  /** The gate is closed: ends this thread. */
  end(): never;
}

/** Messages in one turn of the event loop, which has work of its own now and then. */
const maxMessages = 64;

/**
 * Works on the requests of a message, and on those of messages that came meanwhile, in their order. Answers go out as the sender wants
 * them, and at the latest when nothing is left to do.
 */
export function createServer({ native, port, next, gate, progress, end }: Serving): (message: Batch<Request>) => void {
  // Of a worker's globals this one is a getter, which costs as much as reading the clock.
  const clock = performance;
  const pace = createPace();
  let answers: Answer[] = [];
  let since = 0;

  function send(now: number): void {
    if (answers.length > 0) sendAnswers(port, answers, now - since);
    answers = [];
    since = now;
    pace.begin(now);
  }

  function work(message: Batch<Request>): void {
    pace.wait(message.patienceMs ?? 0);
    for (const request of readRequests(message)) {
      Atomics.store(progress, 0, request.id);
      if (!enter(gate)) end();
      answers.push(runRequest(native, request));
      if (!leave(gate)) end();
      const now = clock.now();
      if (pace.done(now)) send(now);
    }
  }

  return (first) => {
    since = clock.now();
    pace.begin(since);
    let message: Batch<Request> | undefined = first;
    for (let count = 1; message; message = count++ < maxMessages ? next() : undefined) work(message);
    send(clock.now());
  };
}
