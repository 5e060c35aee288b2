// Lives of a process that uses a token, by `mode`.
import { setTimeout as sleep } from 'node:timers/promises';
import { SignError } from '@securosys/core';
import type { Pkcs11Backend } from '@securosys/pkcs11';
import { openFaultModule } from '../../../../packages/pkcs11/test/fault-module/fault-module.js';
import { answer, key, open, pressGarbage, sign, task } from './child.js';

const many = (backend: Pkcs11Backend, size = 200) => Promise.all(Array.from({ length: size }, () => sign(backend)));

/** Signs until the process ends. */
async function load(backend: Pkcs11Backend): Promise<void> {
  const lane = async () => {
    for (;;) await sign(backend);
  };
  await Promise.all(Array.from({ length: 32 }, lane));
}

function expectNothing(error: unknown): never {
  throw new Error(`no SignError: ${String(error)}`);
}

const lives: Record<string, () => Promise<void>> = {
  async 'two backends'() {
    const stop = pressGarbage();
    const [one, two] = [await open(), await open()];
    await Promise.all([many(one), many(two)]);
    const signing = many(two, 800);
    await one.close();
    await signing;
    await many(two);
    await two.close();
    stop();
  },
  async 'two copies'() {
    const copy = (await import(`${import.meta.resolve('@securosys/pkcs11')}?copy`)) as typeof import('@securosys/pkcs11');
    const [one, two] = [await open(), await copy.openPkcs11(task.options)];
    await Promise.all([many(one), many(two)]);
    await one.close();
    await many(two);
    await two.close();
  },
  async 'no close'() {
    await many(await open());
  },
  async 'exit under load'() {
    void load(await open());
    await sleep(300);
    process.exit();
  },
  async 'killed under load'() {
    console.log('signing');
    await load(await open());
  },
  async 'close on SIGTERM'() {
    const backend = await open();
    process.once('SIGTERM', () => void backend.close().then(() => process.exit()));
    console.log('signing');
    await load(backend).catch((error: unknown) => {
      if (!SignError.is(error)) throw error;
    });
  },
  async 'wrong PIN'() {
    const codes: (string | undefined)[] = [];
    const backend = await open({ pin: 'wrong' });
    for (let time = 0; time < 3; time++)
      await sign(backend).catch((error: unknown) => {
        if (!SignError.is(error)) throw error;
        codes.push(`${error.code} ${error.details.upstreamName ?? ''}`.trim());
      });
    const another = await open({ pin: 'wrong' });
    await another.describeKey(key).catch((error: unknown) => codes.push((error as SignError).code));
    answer(codes);
    await backend.close();
    await another.close();
  },
  async 'more lanes than sessions'() {
    const fault = openFaultModule(task.options.module ?? '');
    const noMore = { code: 0xb1, times: Number.POSITIVE_INFINITY };
    fault.reset();
    fault.fail('C_OpenSession', { ...noMore, skip: 10 });
    const backend = await open({ lanes: 64 });
    await many(backend, 900);
    // Lanes that are just being started count until they find that there is no session for them.
    for (let looks = 0; looks < 100 && backend.metrics().lanes > 8; looks++) await sleep(100);
    const { lanes } = backend.metrics();
    await backend.close();
    fault.reset();
    fault.fail('C_OpenSession', { ...noMore, skip: 2 });
    const without = await open({ lanes: 64 });
    const error = await sign(without).catch((thrown: unknown) => thrown);
    const { code, message, details } = SignError.is(error) ? error : expectNothing(error);
    answer({ lanes, code, message, name: details.upstreamName, number: details.upstreamCode });
    await without.close();
    fault.reset();
  },
  async 'token removed'() {
    const fault = openFaultModule(task.options.module ?? '');
    const backend = await open({ reconnectTimeoutMs: 20_000 });
    await many(backend);
    const told: string[] = [];
    for (const event of ['reconnecting', 'reconnected'] as const) backend.on(event, () => told.push(event));
    const gone = ['C_SignInit', 'C_Sign', 'C_OpenSession', 'C_GetSlotList', 'C_GetTokenInfo', 'C_GetSessionInfo'] as const;
    for (const name of gone) fault.fail(name, { code: 0xe0, times: Number.POSITIVE_INFINITY });
    const waiting = many(backend);
    await sleep(1_000);
    const { completed } = backend.metrics();
    await sleep(200);
    if (backend.metrics().completed > completed) told.push('signed without a token');
    fault.reset();
    await waiting;
    await many(backend);
    answer(told);
    await backend.close();
  },
};

await lives[task.mode]?.();
if (!['wrong PIN', 'token removed', 'more lanes than sessions'].includes(task.mode)) answer('done');
