import { keepFreedMemory } from '@securosys/core';
import { close, createGate } from '../worker/gate.js';
import type { WorkerStart } from '../worker/wire.js';
import { workerText } from '../worker/worker-text.js';
import { endWithProcess } from './end-threads.js';
import type { StartWorker } from './worker-port.js';

/** Old generation of a worker's heap, in MiB: it holds a batch of requests and nothing else. */
const maxOldGenerationSizeMb = 64;
/**
 * Young generation, in MiB: what V8 begins with. Hardly anything lives for longer than a batch, so collections are short however many there
 * are; without a limit the heap of each lane grows by some 8 MiB, at some time in the first million of signatures.
 */
const maxYoungGenerationSizeMb = 3;

/** Workers as real threads over the given addon and module. The module reads the environment of the process, not one of its own. */
export async function threadStarter(start: Omit<WorkerStart, 'gate' | 'progress'>): Promise<StartWorker> {
  const text = await workerText();
  const threads: typeof import('node:worker_threads') = process.getBuiltinModule('node:worker_threads');
  const { Worker } = threads;
  keepFreedMemory();
  return (role) => {
    const gate = createGate();
    const progress = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const worker = new Worker(text, {
      eval: true,
      workerData: { ...start, gate, progress } satisfies WorkerStart,
      env: threads.SHARE_ENV,
      // Loaders and inspectors of the application are not for this thread.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb, maxYoungGenerationSizeMb },
      name: `pkcs11 ${role}`,
    });
    worker.once('exit', endWithProcess(gate));
    let thrown: unknown;
    return {
      postMessage: (message, transfer = []) => worker.postMessage(message, transfer),
      onMessage: (listener) => void worker.on('message', listener),
      onExit: (listener) => {
        worker.on('error', (error) => {
          thrown = error;
        });
        worker.on('exit', () => listener(thrown));
      },
      ref: () => worker.ref(),
      unref: () => worker.unref(),
      progress: () => Atomics.load(progress, 0),
      terminate: () => {
        // One that is inside ends itself when it comes out.
        if (close(gate)) void worker.terminate();
      },
    };
  };
}
