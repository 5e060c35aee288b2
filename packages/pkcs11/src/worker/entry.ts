import { createRequire } from 'node:module';
import type { Batch } from './batch.js';
import { readRequests, sendAnswers } from './batch.js';
import { runRequest } from './executor.js';
import { createNative, type Native } from './native.js';
import { createPace } from './pace.js';
import type { Answer, Greeting, LoadFailure, Request, WorkerStart } from './wire.js';

/**
 * What a worker runs. This file is bundled to one text and given to `new Worker(text, { eval: true })`, so that no bundler and no
 * single-file executable ever has to find it as a file.
 */
const { parentPort: parent, workerData } = process.getBuiltinModule('node:worker_threads');

function loaded({ addon, module }: WorkerStart): Native | LoadFailure {
  let stage: LoadFailure['stage'] = 'addon';
  try {
    const { PKCS11 } = createRequire(addon)(addon) as typeof import('pkcs11js');
    const p11 = new PKCS11();
    stage = 'module';
    p11.load(module);
    return createNative(p11);
  } catch (error) {
    return { stage, text: error instanceof Error ? error.message : String(error) };
  }
}

const pace = createPace();

function run(native: Native, requests: readonly Request[]): void {
  if (!parent) return;
  let answers: Answer[] = [];
  let sent = 0;
  let since = performance.now();
  pace.begin(since);
  for (const request of requests) {
    answers.push(runRequest(native, request));
    const now = performance.now();
    const last = sent + answers.length === requests.length;
    if (!pace.done(now) && !last) continue;
    sendAnswers(parent, answers, now - since);
    sent += answers.length;
    answers = [];
    since = now;
    pace.begin(now);
  }
}

if (parent) {
  const native = loaded(workerData as WorkerStart);
  if ('stage' in native) {
    parent.postMessage({ kind: 'failed', failure: native } satisfies Greeting);
  } else {
    parent.on('message', (message: Batch<Request>) => run(native, readRequests(message)));
    parent.postMessage({ kind: 'ready' } satisfies Greeting);
  }
}
