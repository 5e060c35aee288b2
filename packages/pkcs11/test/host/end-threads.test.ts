import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { threadStarter } from '../../src/host/start-worker.js';
import { sendRequests } from '../../src/worker/batch.js';
import { close, createGate, enter, leave } from '../../src/worker/gate.js';
import type { WorkerStart } from '../../src/worker/wire.js';
import { workerText } from '../../src/worker/worker-text.js';
import { buildFaultModule, canBuildFaultModule, type FaultModule, faultModuleNeeded } from '../fault-module/fault-module.js';
import { addonPath } from '../native.js';
import { softhsm, softhsmModule, softhsmNeeded } from '../softhsm.js';

const asked = [0, 1, 2].map((id) => ({ id, command: { op: 'libraryInfo' } }) as const);

describe('the gate of a thread', () => {
  it('that is closed lets nobody in, and says so to whoever closes it again', () => {
    const gate = createGate();
    expect(close(gate)).toBe(true);
    expect([enter(gate), close(gate)]).toEqual([false, true]);
  });

  it('that is closed while the thread is inside is closed when it has come out', () => {
    const gate = createGate();
    expect(enter(gate)).toBe(true);
    expect([close(gate), close(gate)]).toEqual([false, false]);
    expect([leave(gate), close(gate)]).toEqual([false, true]);
  });

  it('opens again and again as long as nobody closes it', () => {
    const gate = createGate();
    for (let round = 0; round < 3; round++) expect([enter(gate), leave(gate)]).toEqual([true, true]);
  });
});

/** A copy of its own: other tests of this process have threads, which are not to end. */
const endings = '../../src/host/end-threads.js?own';

const missing = !softhsmModule || !addonPath || !canBuildFaultModule;
describe.skipIf(missing)(`threads in a module when the process ends ${softhsmNeeded || faultModuleNeeded}`, () => {
  let fault: FaultModule;
  beforeAll(() => {
    fault = buildFaultModule(softhsm());
  });
  afterAll(() => fault?.remove());
  const start = async (gate = createGate()) => {
    const workerData: WorkerStart = { addon: addonPath ?? '', module: fault.path, gate, progress: new Int32Array(1) };
    return { gate, worker: new Worker(await workerText(), { eval: true, workerData }) };
  };
  /** Until a call is in the module. */
  const inside = async () => {
    while (fault.calls('C_GetInfo') === 0) await sleep(1);
  };

  it('come out of the call that they are in, begin no other one, and end', async () => {
    const { endThreads, endWithProcess } = (await import(endings)) as typeof import('../../src/host/end-threads.js');
    const { gate, worker } = await start();
    await once(worker, 'message');
    sendRequests(worker, [{ id: 9, command: { op: 'initialize' } }]);
    await once(worker, 'message');
    fault.reset();
    fault.delay('C_GetInfo', 30);
    const listeners = process.listenerCount('exit');
    const forget = endWithProcess(gate);
    expect(process.listenerCount('exit')).toBe(listeners + 1);
    sendRequests(worker, asked);
    await inside();
    endThreads();
    forget();
    expect(process.listenerCount('exit')).toBe(listeners);
    expect(close(gate), 'the call is back').toBe(true);
    expect(await once(worker, 'exit')).toEqual([0]);
    expect(fault.calls('C_GetInfo')).toBe(1);
  });

  it('do not even load the addon when it ends before', async () => {
    const gate = createGate();
    close(gate);
    const { worker } = await start(gate);
    const said: unknown[] = [];
    worker.on('message', (message) => said.push(message));
    expect(await once(worker, 'exit')).toEqual([0]);
    expect(said).toEqual([]);
  });

  it('end after the call, too, when they are ended in the middle of it', async () => {
    fault.reset();
    const port = (await threadStarter({ addon: addonPath ?? '', module: fault.path }))('lane');
    const ended = new Promise<unknown>((resolve) => port.onExit(resolve));
    fault.hang('C_GetInfo');
    sendRequests(port, [{ id: 9, command: { op: 'initialize' } }, ...asked]);
    await inside();
    port.terminate();
    fault.release('C_GetInfo');
    expect(await ended).toBeUndefined();
    expect(fault.calls('C_GetInfo')).toBe(1);
  });
});
