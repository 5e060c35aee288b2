import type { MadeToken } from '../../../interop/suites/pkcs11/tokens.js';
import type { Result } from '../../figure.js';
import { cSide } from './c-signer.js';
import { delay, rates } from './results.js';
import { interleave } from './rounds.js';
import { startSide } from './side.js';
import { jobOf, type Work } from './work.js';

const schedule = { starts: 2, rounds: 2, seconds: 1.5 };
const width = 8;
const threads = 2;
const work: Work = { name: 'NSS RSA-2048 PSS', spec: 'rsa-2048', algorithm: 'rsa-pss-sha256' };

/** NSS unseals an RSA key in each C_SignInit, for tens of milliseconds: what that does to the event loop. */
export async function* nssLoad(token: MadeToken, program: string): AsyncIterable<Result> {
  const ours = { start: () => startSide('ours', { ...jobOf(token, work, width), watchesLoop: true }, token.env) };
  const c = { start: async () => cSide(program, jobOf(token, work, 1), threads, token.env) };
  const played = await interleave({ ours, c }, schedule);
  yield rates(`${work.name}, ${width} in flight`, played.ours, `C, ${threads} threads`, played.c);
  yield delay(work.name, played.ours);
}
