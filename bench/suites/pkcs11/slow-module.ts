import type { MadeToken } from '../../../interop/suites/pkcs11/tokens.js';
import { buildFaultModule } from '../../../packages/pkcs11/test/fault-module/fault-module.js';
import type { Result } from '../../figure.js';
import { cSide } from './c-signer.js';
import { delay, rates } from './results.js';
import { interleave } from './rounds.js';
import { startSide } from './side.js';
import { jobOf, usualWarmUpSeconds, type Work } from './work.js';

const schedule = { starts: 3, rounds: 2, seconds: 1 };
const lanes = 16;
const width = 64;
const delayMs = 5;
const work: Work = {
  name: `${delayMs} ms in C_SignInit, ${delayMs} ms in C_Sign`,
  spec: 'ec-p256',
  algorithm: 'ecdsa-sha256',
  leastShare: 0.95,
};

/** A module that is slow as one behind a network is: SoftHSM2 behind one that waits in each call. */
export async function* slowModule(token: MadeToken, program: string): AsyncIterable<Result> {
  const slow = buildFaultModule(token.module);
  try {
    for (const name of ['C_SignInit', 'C_Sign'] as const) slow.delay(name, delayMs);
    const behind = { ...token, module: slow.path };
    const job = { ...jobOf(behind, work, width, lanes), watchesLoop: true, warmUpSeconds: usualWarmUpSeconds };
    const ours = { start: () => startSide('ours', job, token.env) };
    const c = { start: async () => cSide(program, jobOf(behind, work, 1), lanes, token.env) };
    const played = await interleave({ ours, c }, schedule);
    yield rates(`${work.name}, ${lanes} lanes`, played.ours, `C, ${lanes} threads`, played.c, work.leastShare);
    yield delay(work.name, played.ours);
  } finally {
    slow.remove();
  }
}
