import { fork } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { softhsm, withKeys } from '../../interop/suites/pkcs11/tokens.js';
import { buildFaultModule } from '../../packages/pkcs11/test/fault-module/fault-module.js';
import type { Suite } from '../figure.js';
import { limited } from './pkcs11/results.js';
import type { Standing } from './pkcs11/soak-child.js';
import { jobOf, type Work } from './pkcs11/work.js';

const minutes = Number(process.env.BENCH_PKCS11_SOAK_MINUTES ?? 30);
const width = 32;
const lanes = 4;
const work: Work = { name: 'P-256', spec: 'ec-p256', algorithm: 'ecdsa-sha256' };
/** Ours drains its queue, or the process is stuck. */
const drainMs = 120_000;

interface Ended {
  readonly last?: Standing;
  readonly how: string;
}

function soak(job: object, env: Readonly<Record<string, string>>, note: (text: string) => void): Promise<Ended> {
  const child = fork(fileURLToPath(new URL('pkcs11/soak-child.ts', import.meta.url)), {
    env: { ...process.env, ...env, BENCH_JOB: JSON.stringify(job) },
  });
  let last: Standing | undefined;
  const late = setTimeout(() => child.kill('SIGKILL'), minutes * 60_000 + drainMs);
  child.on('message', (told: Standing) => {
    if (told.ended || Math.floor(told.seconds / 60) > Math.floor((last?.seconds ?? 0) / 60))
      note(
        `${Math.round(told.seconds)} s: ${told.signatures} signatures, ${told.faults} faults, resident ${Math.round(told.resident / 1e6)} MB`,
      );
    last = told;
  });
  return new Promise((resolve) =>
    child.once('exit', (code, signal) => {
      clearTimeout(late);
      resolve({ how: signal ?? `exit code ${code}`, ...(last && { last }) });
    }),
  );
}

/** Half an hour of random faults under load. */
export const suite: Suite = {
  title: `${minutes} minutes of signatures over a module that fails at random (BENCH_PKCS11_SOAK_MINUTES)`,
  onlyByName: true,
  async *run(note) {
    const soft = softhsm();
    const token = await withKeys(soft, [work.spec]);
    const fault = buildFaultModule(token.module);
    try {
      const job = { ...jobOf({ ...token, module: fault.path }, work, width, lanes), seconds: minutes * 60 };
      const { last, how } = await soak(job, token.env, note);
      note(`refused: ${JSON.stringify(last?.refused)}; ended with ${how}`);
      for (const text of last?.untyped ?? []) note(`no typed error: ${text}`);
      const clean = how === 'exit code 0' && last?.ended === true;
      yield limited('soak, signatures until the end', last?.signatures ?? 0, '', 'no crash', clean);
      yield limited('soak, wrong signatures', last?.wrong ?? Number.NaN, '', 'none', last?.wrong === 0);
      yield limited('soak, errors without a type', last?.untyped.length ?? Number.NaN, '', 'none', last?.untyped.length === 0);
      const left = last ? last.queued + last.running : Number.NaN;
      yield limited('soak, calls left in the queue', left, '', 'none', clean && left === 0);
    } finally {
      fault.remove();
      await rm(soft.folder, { recursive: true, force: true });
    }
  },
};
