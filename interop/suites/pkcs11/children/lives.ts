// Lives of a process that uses a token, by `mode`.
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { SignError } from '@securosys/core';
import type { Pkcs11Backend } from '@securosys/pkcs11';
import { answer, key, open, pressGarbage, sign, task } from './child.js';

const many = (backend: Pkcs11Backend, size = 200) => Promise.all(Array.from({ length: size }, () => sign(backend)));

/** Signs until the process ends. */
async function load(backend: Pkcs11Backend): Promise<void> {
  const lane = async () => {
    for (;;) await sign(backend);
  };
  await Promise.all(Array.from({ length: 32 }, lane));
}

const lives: Record<string, () => Promise<void>> = {
  async 'two backends'() {
    const stop = pressGarbage();
    const [one, two] = [await open(), await open()];
    await Promise.all([many(one), many(two)]);
    const signing = many(two, 2_000);
    await one.close();
    await signing;
    await many(two);
    await two.close();
    stop();
  },
  async 'two copies'() {
    const copy = createRequire(import.meta.url)('@securosys/pkcs11') as typeof import('@securosys/pkcs11');
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
};

await lives[task.mode]?.();
if (task.mode !== 'wrong PIN') answer('done');
