import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { readAnswers, sendRequests } from '../../src/worker/batch.js';
import { createGate } from '../../src/worker/gate.js';
import type { Command, Greeting, WorkerStart } from '../../src/worker/wire.js';
import { workerText } from '../../src/worker/worker-text.js';
import { addonPath } from '../native.js';
import { softhsm, softhsmModule, softhsmNeeded, tokens } from '../softhsm.js';

async function start(what: Pick<WorkerStart, 'addon' | 'module'>): Promise<{ worker: Worker; greeting: Greeting }> {
  const workerData: WorkerStart = { ...what, gate: createGate(), progress: new Int32Array(1) };
  const worker = new Worker(await workerText(), { eval: true, workerData });
  const [greeting] = (await once(worker, 'message')) as [Greeting];
  return { worker, greeting };
}

describe('the text that a worker runs', () => {
  it('says that the addon is missing, and what was said of it', async () => {
    const { worker, greeting } = await start({ addon: '/nowhere/pkcs11js/index.js', module: '/nowhere/libp11.so' });
    await worker.terminate();
    expect(greeting).toMatchObject({ kind: 'failed', failure: { stage: 'addon', text: expect.stringMatching(/Cannot find/) } });
  });

  it.skipIf(!addonPath)('says that the module is missing, and what the loader said', async () => {
    const { worker, greeting } = await start({ addon: addonPath ?? '', module: '/nowhere/libp11.so' });
    await worker.terminate();
    expect(greeting).toMatchObject({ kind: 'failed', failure: { stage: 'module', text: expect.stringMatching(/nowhere/) } });
  });
});

describe.skipIf(!softhsmModule || !addonPath)(`a worker on SoftHSM2 ${softhsmNeeded}`, () => {
  it('answers every request of a batch, in their order', async () => {
    const { worker, greeting } = await start({ addon: addonPath ?? '', module: softhsm() });
    expect(greeting).toEqual({ kind: 'ready' });
    const commands: Command[] = [{ op: 'initialize' }, { op: 'libraryInfo' }, { op: 'slots' }];
    sendRequests(
      worker,
      commands.map((command, id) => ({ id, command })),
    );
    const answers = [];
    while (answers.length < commands.length) answers.push(...readAnswers((await once(worker, 'message'))[0]));
    await worker.terminate();
    expect(answers.map(({ id }) => id)).toEqual([0, 1, 2]);
    expect(answers[1]).toMatchObject({ value: { manufacturer: 'SoftHSM', cryptokiVersion: '2.40' } });
    expect(answers[2]).toMatchObject({
      value: { tokens: expect.arrayContaining([expect.objectContaining({ label: tokens.main.label })]) },
    });
  });
});
