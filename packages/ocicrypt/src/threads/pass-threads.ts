/// <reference path="./thread-text.d.ts" />
import type { Worker } from 'node:worker_threads';
import { keepFreedMemory, SignError } from '@securosys/core';
import type { StageAnswer, StageFailure, StageJob, StageProgress } from './pass-job.js';
import { createRing, Ring, type RingMemory } from './ring.js';

/** One pass: what each thread does, and on what. */
export type PassPlan = Omit<StageJob, 'ring' | 'stage' | 'steps' | 'others'> & {
  readonly stages: readonly StageJob['steps'][];
};

/** What the stages of a pass found out together. */
export type PassFacts = Omit<Extract<StageAnswer, { kind: 'done' }>, 'kind'>;

/** Threads that take layers one at a time: one layer keeps all of them busy. */
export interface PassThreads {
  /**
   * @throws SignError that of a stage; an error with the `code` of the file system as that threw it; the reason of the signal
   */
  run(plan: PassPlan, signal?: AbortSignal, onProgress?: (bytes: number) => void): Promise<PassFacts>;
  /** Ends the threads. No pass may run. */
  close(): Promise<void>;
}

/** The error that a thread had. */
export function errorOf({ message, code, check, errno }: StageFailure): Error {
  if (code) return new SignError(code, message, check === undefined ? {} : { details: { check } });
  return Object.assign(new Error(message), errno === undefined ? {} : { code: errno });
}

function stageOf(worker: Worker, ring: Ring, job: StageJob, onProgress: (bytes: number) => void): Promise<StageAnswer> {
  return new Promise((resolve) => {
    const settle = (answer: StageAnswer) => {
      for (const [event, listener] of listeners) worker.off(event, listener);
      resolve(answer);
    };
    const lost = (error: unknown) => {
      ring.stop();
      settle({ kind: 'failed', failure: { message: `a thread of the layer cipher ended: ${error}` } });
    };
    const message = (answer: StageAnswer | StageProgress) => {
      if (answer.kind === 'progress') onProgress(answer.bytes);
      else settle(answer);
    };
    const listeners = [
      ['message', message],
      ['error', lost],
      ['exit', lost],
    ] as const;
    for (const [event, listener] of listeners) worker.on(event, listener);
    worker.postMessage(job);
  });
}

async function runPass(
  workers: readonly Worker[],
  memory: RingMemory,
  { stages, ...shared }: PassPlan,
  signal: AbortSignal | undefined,
  onProgress: (bytes: number) => void,
): Promise<PassFacts> {
  signal?.throwIfAborted();
  const ring = new Ring(memory);
  ring.reset();
  const stop = () => ring.stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const others = stages.map((_, index) => index).slice(1);
    const answers = await Promise.all(
      stages.map((steps, stage) =>
        stageOf(workers[stage] as Worker, ring, { ...shared, steps, others, ring: memory, stage }, onProgress),
      ),
    );
    signal?.throwIfAborted();
    const facts: PassFacts = {};
    for (const answer of answers) {
      if (answer.kind === 'failed') throw errorOf(answer.failure);
      if (answer.kind === 'done') Object.assign(facts, { ...answer, kind: undefined });
    }
    if (answers.some(({ kind }) => kind === 'stopped')) throw new Error('a pass over a layer was stopped by nobody');
    return facts;
  } finally {
    signal?.removeEventListener('abort', stop);
    ring.reset();
  }
}

/** Starts threads, as many as the stages of the longest pass. */
export async function startPassThreads(count: number): Promise<PassThreads> {
  const { text } = await import('./pass-thread.js?text');
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  keepFreedMemory();
  const memory = createRing();
  const workers = Array.from({ length: count }, () => {
    // Nothing of ours reaches the threads but what a job says.
    const options = { eval: true, env: {}, argv: [], execArgv: [], name: 'layer-cipher' };
    return new Worker(text, { ...options, resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 2 } });
  });
  let lost: string | undefined;
  const lose = (error: unknown) => {
    lost ??= String(error);
  };
  for (const worker of workers) worker.on('error', lose).on('exit', lose);
  let turn: Promise<unknown> = Promise.resolve();
  return {
    run(plan, signal, onProgress = () => undefined) {
      const mine = turn.then(() => {
        if (lost !== undefined) throw new Error(`a thread of the layer cipher ended: ${lost}`);
        return runPass(workers, memory, plan, signal, onProgress);
      });
      // Who waits behind us does not care how it ended.
      turn = mine.catch(() => undefined);
      return mine;
    },
    async close() {
      await turn;
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
