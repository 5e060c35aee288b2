import type { SignError } from '@securosys/core';
import { type Batch, readAnswers, sendRequests } from '../worker/batch.js';
import { type Answer, type Command, type Greeting, maxBatch, type Request, type ResultOf, type Results } from '../worker/wire.js';
import { loadError, signError } from './errors.js';
import { type HostFailure, lostWorker, type Outcome } from './outcome.js';
import type { WorkerPort } from './worker-port.js';

/** Requests are numbered in 31 bits, and then from 1 again: years lie between two of one number. */
const lastId = 2 ** 31 - 1;

/** Whoever waits for the answer to one request. Called exactly once. */
export interface Sink {
  settle(outcome: Outcome<Results[Command['op']]>): void;
}

/** Requests and answers over one worker: numbers them, sends them in batches, and fails all when the worker is lost. */
export class Channel {
  readonly #port: WorkerPort;
  readonly #module: string;
  readonly #sinks = new Map<number, Sink>();
  #outbox: Request[] = [];
  #next = 1;
  #lost: HostFailure | undefined;
  #greeted: (error?: SignError) => void = () => undefined;
  /** The worker has loaded the module. @throws SignError when it cannot */
  readonly ready: Promise<void>;
  /** Called after each message of answers, when all sinks of it are settled, with the milliseconds that the worker took for them. */
  onAnswers: (ms: number) => void = () => undefined;
  /** Called once, after all sinks were settled with the failure. */
  onLost: (failure: HostFailure) => void = () => undefined;
  /** A worker that was given up answered after all, or ended. */
  onLate: () => void = () => undefined;

  constructor(port: WorkerPort, module: string) {
    this.#port = port;
    this.#module = module;
    this.ready = new Promise((resolve, reject) => {
      this.#greeted = (error) => (error ? reject(error) : resolve());
    });
    // Whoever needs the worker asks for `ready`; nobody has to, when it is ended before.
    this.ready.catch(() => undefined);
    port.onMessage((message) => {
      const { kind } = message as Greeting | Batch<Answer>;
      if (kind === 'batch') this.#receive(message as Batch<Answer>);
      else if (this.#lost) this.onLate();
      else if (kind === 'ready') this.#greeted();
      else this.#greeted(loadError((message as Extract<Greeting, { kind: 'failed' }>).failure, this.#module));
    });
    port.onExit((error) => {
      const failure = lostWorker('exit', error instanceof Error ? error.message : undefined);
      this.#greeted(loadError({ stage: 'module', text: failure.text ?? 'its worker ended at once' }, this.#module));
      if (this.#lost) this.onLate();
      else this.fail(failure);
    });
  }

  /** Requests that are not answered. */
  get pending(): number {
    return this.#sinks.size;
  }

  get lost(): boolean {
    return this.#lost !== undefined;
  }

  /** Puts a command into the next message, which {@link flush} sends. */
  add(command: Command, sink: Sink): void {
    const id = this.#next;
    this.#next = id === lastId ? 1 : id + 1;
    this.#sinks.set(id, sink);
    this.#outbox.push({ id, command });
  }

  /** @param patienceMs how long an answer may wait for others, in milliseconds */
  flush(patienceMs = 0): void {
    const requests = this.#outbox;
    if (requests.length === 0) return;
    this.#outbox = [];
    for (let at = 0; at < requests.length; at += maxBatch)
      this.#send(requests.length <= maxBatch ? requests : requests.slice(at, at + maxBatch), patienceMs);
  }

  /** Bytes whose memory was given away meanwhile cannot be sent: that is the failure of those who gave them. */
  #send(requests: readonly Request[], patienceMs: number): void {
    try {
      sendRequests(this.#port, requests, patienceMs);
    } catch (error) {
      const text = error instanceof Error ? error.message : 'it cannot be sent';
      for (const { id } of requests) {
        const sink = this.#sinks.get(id);
        this.#sinks.delete(id);
        sink?.settle({ failure: { code: 0, name: '', method: '', text } });
      }
    }
  }

  /** Sends one command at once, behind those that were added before. */
  call<C extends Command>(command: C): Promise<Outcome<ResultOf<C>>> {
    if (this.#lost) return Promise.resolve({ failure: this.#lost });
    return new Promise((resolve) => {
      // The worker answers each command with the type that `Results` gives for it.
      this.add(command, { settle: resolve as (outcome: Outcome<Results[Command['op']]>) => void });
      this.flush();
    });
  }

  /** Gives the worker up: all that wait are told, first the one that it is in, and nothing is sent any more. */
  fail(failure: HostFailure): void {
    if (this.#lost) return;
    this.#lost = failure;
    this.#outbox = [];
    this.#greeted(signError(failure, { operation: 'load' }));
    // Others before it may be done, and their answers wait for others.
    const current = this.#sinks.get(this.#port.progress());
    const waiting = new Set([...(current ? [current] : []), ...this.#sinks.values()]);
    this.#sinks.clear();
    for (const sink of waiting) sink.settle({ failure });
    this.onLost(failure);
  }

  /** Ends the thread after the call that it is in. */
  end(): void {
    this.onLost = () => undefined;
    this.fail(lostWorker('exit'));
    this.#port.terminate();
  }

  ref(): void {
    this.#port.ref();
  }

  unref(): void {
    this.#port.unref();
  }

  #receive(batch: Batch<Answer>): void {
    const answers = readAnswers(batch);
    if (this.#lost) {
      this.onLate();
      return;
    }
    for (const answer of answers) {
      const sink = this.#sinks.get(answer.id);
      if (!sink) continue;
      this.#sinks.delete(answer.id);
      sink.settle(answer);
    }
    this.onAnswers(batch.ms ?? 0);
  }
}
