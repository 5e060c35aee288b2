import { createRequire } from 'node:module';
import type { Batch } from './batch.js';
import { enter, leave } from './gate.js';
import { createNative, type Native } from './native.js';
import { createServer } from './serve.js';
import type { Greeting, LoadFailure, Request, WorkerStart } from './wire.js';

/**
 * What a worker runs. This file is bundled to one text and given to `new Worker(text, { eval: true })`, so that no bundler and no
 * single-file executable ever has to find it as a file.
 */
const { parentPort, receiveMessageOnPort, workerData } = process.getBuiltinModule('node:worker_threads');

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

if (parentPort) {
  const port = parentPort;
  const start = workerData as WorkerStart;
  const { gate, progress = new Int32Array(1) } = start;
  const end = () => process.exit();
  if (!enter(gate)) end();
  const native = loaded(start);
  if (!leave(gate)) end();
  if ('stage' in native) {
    port.postMessage({ kind: 'failed', failure: native } satisfies Greeting);
  } else {
    const next = () => receiveMessageOnPort(port)?.message as Batch<Request> | undefined;
    port.on('message', createServer({ native, port, next, gate, progress, end }));
    port.postMessage({ kind: 'ready' } satisfies Greeting);
  }
}
