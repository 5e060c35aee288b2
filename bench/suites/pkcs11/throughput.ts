import type { MadeToken } from '../../../interop/suites/pkcs11/tokens.js';
import { type Result, rounded } from '../../figure.js';
import { cSide } from './c-signer.js';
import { delay, rates } from './results.js';
import { type Entrant, interleave } from './rounds.js';
import { startSide } from './side.js';
import { jobOf, usualRoundSeconds, usualWarmUpSeconds, type Work, works } from './work.js';

const schedule = { starts: 5, rounds: 1 };
const threads = 2;
/** In flight at our backend, as in a server; graphene opens a session for each. */
const width = 64;
const sessions = 4;
/** Without a goal one start does. */
const every = schedule.starts;

/** The other libraries: the program, how many at a time, and whether the module is told about threads (graphene's default is no). */
const others = {
  'graphene-pk11 2.3.6 by default, 4 sessions': ['graphene', sessions, 0],
  'graphene-pk11 2.3.6 with CKF_OS_LOCKING_OK, 4 sessions': ['graphene', sessions, 1],
  'node-webcrypto-p11 2.8.0, one at a time': ['webcrypto', 1, 1],
  'node-webcrypto-p11 2.8.0, 4 at a time': ['webcrypto', sessions, 1],
} as const;
type Other = keyof typeof others;

async function play(token: MadeToken, work: Work, program: string) {
  const job = { ...jobOf(token, work, width), warmUpSeconds: work.warmUpSeconds ?? usualWarmUpSeconds };
  const begin: Entrant = { start: () => startSide('ours', job, token.env) };
  const c: Entrant = { start: async () => cSide(program, jobOf(token, work, 1), threads, token.env) };
  const signer: Entrant = { start: () => startSide('signer', job, token.env), every };
  const watched: Entrant = { start: () => startSide('ours', { ...job, watchesLoop: true }, token.env), every: 2 };
  const rest: Partial<Record<Other, Entrant>> = {};
  for (const [label, [name, atATime, lanes]] of Object.entries(others))
    rest[label as Other] = { start: () => startSide(name, jobOf(token, work, atATime, lanes), token.env), every };
  return interleave(
    { begin, c, signer, watched, ...(rest as Record<Other, Entrant>) },
    { ...schedule, seconds: work.roundSeconds ?? usualRoundSeconds },
  );
}

/** What a neighbour on the machine cannot change much; with all processors busy, the share of the wall clock comes to the same. */
const cpuNote = ({ name }: Work, ours: number, c: number): string =>
  `${name}, processor time per signature: ours ${rounded(ours)} µs, C ${rounded(c)} µs, share ${rounded(c / ours)}`;

/** Signatures per second of the wall clock on SoftHSM2: ours, the C program's and the other libraries', in alternating rounds. */
export async function* throughput(token: MadeToken, program: string, note: (text: string) => void): AsyncIterable<Result> {
  const peer = `C, ${threads} threads`;
  for (const work of works) {
    const { begin, c, signer, watched, ...rest } = await play(token, work, program);
    for (const remark of [...begin.remarks, ...signer.remarks, ...watched.remarks]) note(`${work.name}, ours: ${remark}`);
    yield rates(`${work.name}, backend.begin`, begin, peer, c, work.leastShare);
    if (begin.cpuMicroseconds !== undefined && c.cpuMicroseconds !== undefined)
      note(cpuNote(work, begin.cpuMicroseconds, c.cpuMicroseconds));
    yield rates(`${work.name}, createSigner`, signer, peer, c);
    for (const [label, theirs] of Object.entries(rest)) yield rates(`${work.name}, backend.begin`, begin, label, theirs);
    yield delay(work.name, watched);
  }
}
