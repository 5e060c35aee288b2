// Injects every return value at one place of a module, `mode` says which, and tells what did not end as it should.
import { SignError } from '@securosys/core';
import type { Pkcs11Backend } from '@securosys/pkcs11';
import { fastClock } from '../../../../packages/pkcs11/test/fast-clock.js';
import { openFaultModule } from '../../../../packages/pkcs11/test/fault-module/fault-module.js';
import type { FunctionName } from '../../../../packages/pkcs11/test/fault-module/functions.js';
import { returnValues } from '../return-values.js';
import { answer, key, open, pressGarbage, sign, task } from './child.js';

/** One holds the login, one searches. */
const anchors = 2;
const [place, name] = task.mode.split(' ') as [keyof typeof places, FunctionName];
/** Each lane is a thread to start, so a backend that is opened for every return value has one. */
const lanes = place === 'sign' || place === 'find' ? 4 : 1;
const fault = openFaultModule(task.options.module ?? '');
/** Pauses of a recovery cost next to nothing: milliseconds of the options are so many times shorter. */
const speed = 20;
const options = {
  lanes,
  clock: fastClock(speed),
  reconnectTimeoutMs: 3_000 * speed,
  operationTimeoutMs: 20_000 * speed,
  keepAliveMs: 0,
};
const problems: string[] = [];
const [counts, stop] = [{ injected: 0, results: 0, errors: 0 }, pressGarbage(25)];

/** A typed error that names what the module said. */
function judgeError(error: unknown, code: number, where: string): void {
  counts.errors++;
  if (!SignError.is(error)) problems.push(`${where}: no SignError: ${String(error)}`);
  else if (error.details.upstreamCode !== code || !/^CKR_/.test(error.details.upstreamName ?? ''))
    problems.push(`${where}: ${error.code} ${JSON.stringify(error.details)}: ${error.message}`);
}

async function attempt(work: () => Promise<unknown>, code: number, where: string): Promise<void> {
  try {
    await work();
    counts.results++;
  } catch (error) {
    judgeError(error, code, where);
  }
}

const burst = (backend: Pkcs11Backend, size: number) => Array.from({ length: size }, () => () => sign(backend));

/** What is left behind, when nothing is wrong any more. */
async function whole(backend: Pkcs11Backend, where: string): Promise<void> {
  try {
    await Promise.all(burst(backend, lanes * 2).map((work) => work()));
  } catch (error) {
    problems.push(`${where}: afterwards ${String(error)} ${JSON.stringify((error as SignError).details)}`);
  }
  const { lanes: now, queued, running } = backend.metrics();
  if (now > lanes || queued > 0 || running > 0) problems.push(`${where}: ${now} lanes, ${queued} queued, ${running} running`);
  if (openSessions() > lanes + anchors) problems.push(`${where}: ${openSessions()} sessions are open`);
}

function injected(where: string): void {
  if (fault.failed(name) === 0) problems.push(`${where}: was never called`);
  counts.injected += fault.failed(name);
}

/** Sessions that the module has; what was open when it was started anew is gone with it. */
function openSessions(): number {
  if (fault.calls('C_Finalize') > 0) return 0;
  return fault.calls('C_OpenSession') - fault.failed('C_OpenSession') - fault.calls('C_CloseSession');
}

function sessionsClosed(where: string): void {
  if (openSessions() > 0) problems.push(`${where}: ${openSessions()} sessions were left open`);
}

/** One backend for all values: each is met by one of many calls at the same time, then by three in a row. */
async function within(work: (backend: Pkcs11Backend) => readonly (() => Promise<unknown>)[]): Promise<void> {
  fault.reset();
  const backend = await open(options);
  await sign(backend);
  for (const [ckr, code] of Object.entries(returnValues))
    for (const times of [1, 3]) {
      const where = `${ckr} ${times}×`;
      const before = fault.failed(name);
      fault.fail(name, { code, skip: times === 1 ? 1 : 0, times });
      await Promise.all(work(backend).map((one) => attempt(one, code, where)));
      if (fault.failed(name) === before) problems.push(`${where}: was never called`);
      fault.fail(name, { code, times: 0 });
      await whole(backend, where);
    }
  counts.injected = fault.failed(name);
  await backend.close();
  sessionsClosed('at the end');
}

/** A backend for each value, which is met on the way to the first signature. */
async function onTheWay(): Promise<void> {
  for (const [at, [ckr, code]] of Object.entries(returnValues).entries()) {
    fault.reset();
    fault.fail(name, { code });
    const pinVersion = String(at);
    await attempt(
      async () => {
        const backend = await open({ ...options, pinVersion });
        try {
          await sign(backend);
        } finally {
          await backend.close();
        }
      },
      code,
      ckr,
    );
    injected(ckr);
    sessionsClosed(ckr);
    fault.reset();
    const backend = await open({ ...options, pinVersion: `${at} again` });
    await whole(backend, ckr);
    await backend.close();
    sessionsClosed(`${ckr}, afterwards`);
  }
}

const places = {
  sign: () => within((backend) => burst(backend, lanes * 4)),
  find: () => within((backend) => Array.from({ length: 4 }, () => () => backend.describeKey(key))),
  login: onTheWay,
  open: onTheWay,
};

await places[place]();
stop();
if (fault.metOnSession > 0) problems.push(`${fault.metOnSession} calls met another one on the same session`);
answer({ ...counts, problems });
