import { SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { openToken } from '../../src/host/open-token.js';
import { createPinProvider } from '../../src/pin/create-pin-provider.js';
import type { PinInfo, PinSource } from '../../src/pin/pin-source.js';
import { maxBatch } from '../../src/worker/wire.js';
import { failure, fakeModule, handClock, info, openFake, signAll, turn } from './fake-worker.js';
import { plainPin } from './real.js';

describe('uses of keys on their way to lanes', () => {
  it('each gets its own answer, in messages of no more than a batch', async () => {
    const module = fakeModule();
    const opened = await openFake(module, { lanes: 3 });
    const signatures = await signAll(opened, 200);
    expect(signatures.map(([n]) => n)).toEqual(Array.from({ length: 200 }, (_, n) => n));
    const lanes = module.workers.filter(({ role }) => role === 'lane');
    expect(lanes).toHaveLength(3);
    for (const { messages } of lanes) for (const message of messages) expect(message.length).toBeLessThanOrEqual(maxBatch);
    expect(lanes.some(({ messages }) => messages.some(({ length }) => length === maxBatch))).toBe(true);
    await opened.token.close();
    expect(module.open.size).toBe(0);
  });

  it('logs in at the first call that needs it, and once', async () => {
    const module = fakeModule();
    const pin = plainPin('1234');
    const registry = { pid: process.pid, modules: new Map() };
    const first = await openFake(module, { pin }, registry);
    const second = await openFake(module, { pin }, registry);
    await Promise.all([signAll(first, 5), signAll(second, 5)]);
    expect([pin.asked, module.count('login'), module.count('initialize')]).toEqual([1, 1, 1]);
    await first.token.close();
    expect(await signAll(second, 1)).toHaveLength(1);
    await second.token.close();
    expect(module.open.size).toBe(0);
    expect(module.count('finalize')).toBe(0);
  });

  it('64 lanes on a token that bears 10 sessions are as many as fit', async () => {
    const module = fakeModule();
    module.maxSessions = 10;
    const opened = await openFake(module, { lanes: 64 });
    expect(await signAll(opened, 500)).toHaveLength(500);
    expect(opened.token.metrics().lanes).toBe(8);
    expect(await signAll(opened, 500)).toHaveLength(500);
    await opened.token.close();
  });

  it('a token that says how many sessions it bears gets two lanes less', async () => {
    const module = fakeModule([{ ...info('one'), maxSessionCount: 5 }]);
    const opened = await openFake(module, { lanes: 64 });
    await signAll(opened, 300);
    expect(opened.token.metrics().lanes).toBe(3);
    await opened.token.close();
  });

  it('several slots of one partition share the work, each with its own login and its own handles', async () => {
    const module = fakeModule([info('one', 1), info('one', 2)]);
    const opened = await openFake(module, { lanes: 4 });
    await signAll(opened, 100);
    expect(module.count('login')).toBe(2);
    const slots = module.calls.flatMap((call) => (call.op === 'openSession' ? [call.slot[0]] : []));
    expect(new Set(slots)).toEqual(new Set([1, 2]));
    await opened.token.close();
  });

  it('more calls than may wait are refused, and may be made later', async () => {
    const module = fakeModule();
    const opened = await openFake(module, { lanes: 1, maxQueue: 10 });
    const settled = await Promise.allSettled(
      Array.from({ length: 30 }, () => opened.token.sign(opened.key, { type: 1 }, new Uint8Array(1), 64)),
    );
    const refused = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(refused).toHaveLength(20);
    for (const error of refused) expect(error).toMatchObject({ code: 'ERR_UNAVAILABLE', retryable: true });
    expect(await signAll(opened, 5)).toHaveLength(5);
    await opened.token.close();
  });

  it('a call that is aborted, or late, ends at once; its lane goes on and its answer is dropped', async () => {
    const clock = handClock();
    const module = fakeModule();
    const opened = await openFake(module, { lanes: 1, clock });
    await signAll(opened, 1);
    module.trouble = ({ op }) => (op === 'sign' ? 'hold' : undefined);
    const stop = new AbortController();
    const reason = new Error('enough');
    const sign = (options: object) => opened.token.sign(opened.key, { type: 0x1041 }, Uint8Array.of(1), 64, options);
    const aborted = sign({ signal: stop.signal });
    const late = sign({ timeoutMs: 50 });
    const settled = Promise.allSettled([aborted, late, sign({ signal: AbortSignal.abort(reason) })]);
    await turn();
    stop.abort(reason);
    await clock.pass(60);
    expect(await settled).toMatchObject([{ reason }, { reason: { code: 'ERR_TIMEOUT' } }, { reason }]);
    expect(opened.token.metrics()).toMatchObject({ running: 2, lanes: 1, queued: 0 });
    module.trouble = () => undefined;
    module.workers.find(({ role }) => role === 'lane')?.release();
    expect(await signAll(opened, 3)).toHaveLength(3);
    expect(opened.token.metrics()).toMatchObject({ running: 0, lanes: 1, lostLanes: 0 });
    await opened.token.close();
  });

  it('a deadline of Infinity is none, and one that is no time is refused', async () => {
    const module = fakeModule();
    const opened = await openFake(module, { lanes: 1 });
    await signAll(opened, 1);
    module.trouble = ({ op }) => (op === 'sign' ? 'hold' : undefined);
    const sign = (timeoutMs: number) => opened.token.sign(opened.key, { type: 1 }, Uint8Array.of(1), 64, { timeoutMs });
    const patient = [sign(Number.POSITIVE_INFINITY), sign(2 ** 40)];
    for (const wrong of [Number.NaN, -1, '5' as unknown as number]) {
      await expect(sign(wrong)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
      await expect(opened.token.find([], [], { timeoutMs: wrong })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    module.workers.find(({ role }) => role === 'lane')?.release();
    expect(await Promise.all(patient)).toHaveLength(2);
    await opened.token.close();
  });

  it('no PIN is given to a token that took the place of the one that was opened', async () => {
    const tokens = [info('one', 1)];
    const module = fakeModule(tokens);
    const pin = plainPin('1234');
    const token = await openToken(
      { module: '/fake.so', pkcs11js: '/pkcs11js', select: (all) => all, pin, keepAliveMs: 0, reconnectTimeoutMs: 0 },
      { start: module.start, registry: { pid: process.pid, modules: new Map() }, realpath: (path) => Promise.resolve(path) },
    );
    tokens[0] = { ...info('one', 1), serial: 'another' };
    await expect(token.find([], [])).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
      details: { upstreamName: 'CKR_TOKEN_NOT_PRESENT', upstreamCode: 0xe0 },
    });
    expect([pin.asked, token.token.serial]).toEqual([0, 'serial']);
    await token.close();
  });

  it('a login that is not answered in time is not made again: the PIN may be wrong (S41)', async () => {
    const clock = handClock();
    const module = fakeModule([{ ...info('one'), serial: 'unanswered' }]);
    const pin = createPinProvider({ sources: ['1234'], stateFolder: false });
    const token = await openToken(
      { module: '/fake.so', pkcs11js: '/pkcs11js', select: (all) => all, pin, clock, keepAliveMs: 0, operationTimeoutMs: 50 },
      { start: module.start, registry: { pid: process.pid, modules: new Map() }, realpath: (path) => Promise.resolve(path) },
    );
    module.trouble = ({ op }) => (op === 'login' ? 'hold' : undefined);
    const first = expect(token.find([], [])).rejects.toMatchObject({ code: 'ERR_TIMEOUT', details: { unanswered: true } });
    await turn();
    await clock.pass(60);
    await first;
    module.trouble = () => undefined;
    const latched = { code: 'ERR_AUTHENTICATION', details: { latched: true } };
    await expect(token.find([], [])).rejects.toMatchObject(latched);
    expect(module.count('login')).toBe(1);
    await pin.forgetFailure(token.token);
    await token.find([], []);
    expect(module.count('login')).toBe(2);
    await token.close();
  });

  it('a listener that throws, now or later, harms nobody', async () => {
    const module = fakeModule();
    const warned: unknown[] = [];
    const logger = { debug() {}, info() {}, error() {}, warn: (...all: unknown[]) => void warned.push(all) };
    const opened = await openFake(module, { lanes: 1, logger });
    opened.token.on('sessionReplaced', async () => Promise.reject(new Error('listener')));
    opened.token.on('sessionReplaced', () => {
      throw new Error('listener');
    });
    let once = true;
    module.trouble = ({ op }) => {
      if (op !== 'sign' || !once) return undefined;
      once = false;
      return { ...failure(0xb3, 'CKR_SESSION_HANDLE_INVALID'), session: 'replaced' };
    };
    expect(await signAll(opened, 2)).toHaveLength(2);
    expect(warned).toHaveLength(2);
    await opened.token.close();
  });

  it('lanes that nobody needs are closed, but for one', async () => {
    const clock = handClock();
    const module = fakeModule();
    const opened = await openFake(module, { lanes: 4, clock });
    await signAll(opened, 200);
    expect(opened.token.metrics().lanes).toBe(4);
    await clock.pass(100_000);
    expect(opened.token.metrics().lanes).toBe(1);
    expect(module.workers.filter(({ ended }) => ended)).toHaveLength(3);
    await opened.token.close();
  });

  it('pending work keeps the process alive, and nothing else does', async () => {
    const module = fakeModule();
    const opened = await openFake(module, { lanes: 2 });
    await signAll(opened, 10);
    expect(module.workers.map(({ referenced }) => referenced)).not.toContain(true);
    const pending = signAll(opened, 1);
    expect(module.workers.some(({ referenced }) => referenced)).toBe(true);
    await pending;
    expect(module.workers.map(({ referenced }) => referenced)).not.toContain(true);
    await opened.token.close();
  });

  it('a lane that does not answer is given up: what it hangs in is told, what waited behind it is done elsewhere', async () => {
    const clock = handClock();
    const module = fakeModule();
    const opened = await openFake(module, { lanes: 1, clock, operationTimeoutMs: 1000 });
    await signAll(opened, 1);
    let hang = true;
    module.trouble = ({ op }) => {
      const now = op === 'sign' && hang;
      if (now) hang = false;
      return now ? 'hold' : undefined;
    };
    const two = Promise.allSettled([signAll(opened, 1), signAll(opened, 1)]);
    await turn();
    await clock.pass(2000);
    expect(await two).toMatchObject([{ reason: { code: 'ERR_TIMEOUT' } }, { status: 'fulfilled' }]);
    expect(opened.token.metrics().lostLanes).toBe(1);
    module.workers.find(({ role }) => role === 'lane')?.release();
    await turn();
    expect(opened.token.metrics().lostLanes).toBe(0);
    await opened.token.close();
  });

  it('a lane hangs in the request that its worker is in: those before it are done, their answers wait, and they are made again', async () => {
    const clock = handClock();
    const module = fakeModule();
    const opened = await openFake(module, { lanes: 1, clock, operationTimeoutMs: 1000 });
    await signAll(opened, 1);
    module.trouble = ({ op }) => (op === 'sign' ? 'hold' : undefined);
    const two = Promise.allSettled([signAll(opened, 1), signAll(opened, 1)]);
    await turn();
    module.trouble = () => undefined;
    const lane = module.workers.find(({ role }) => role === 'lane');
    if (lane) lane.progress++;
    await clock.pass(2000);
    expect(await two).toMatchObject([{ status: 'fulfilled' }, { reason: { code: 'ERR_TIMEOUT' } }]);
    lane?.release();
    await opened.token.close();
  });

  it('a thread that dies is replaced, and its work is done by another', async () => {
    const module = fakeModule();
    const opened = await openFake(module, { lanes: 1 });
    await signAll(opened, 1);
    module.trouble = ({ op }) => (op === 'sign' ? 'hold' : undefined);
    const pending = signAll(opened, 2);
    await turn();
    module.trouble = () => undefined;
    module.workers.find(({ role }) => role === 'lane')?.die();
    expect(await pending).toHaveLength(2);
    await opened.token.close();
  });

  it('a control worker that dies is replaced, and the token is opened anew', async () => {
    const module = fakeModule();
    const opened = await openFake(module, { lanes: 1 });
    await signAll(opened, 1);
    module.workers.find(({ role }) => role === 'control')?.die();
    expect(await signAll(opened, 2)).toHaveLength(2);
    expect(module.workers.filter(({ role }) => role === 'control')).toHaveLength(2);
    await opened.token.close();
  });

  it('closing waits for what runs, takes nothing more, and rejects what is late', async () => {
    const clock = handClock();
    const module = fakeModule();
    const opened = await openFake(module, { lanes: 1, clock });
    await signAll(opened, 1);
    const running = signAll(opened, 20);
    const closing = opened.token.close();
    await expect(signAll(opened, 1)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', retryable: false });
    expect(await running).toHaveLength(20);
    await closing;
    expect(module.open.size).toBe(0);
    const other = await openFake(module, { lanes: 1, clock });
    await signAll(other, 1);
    module.trouble = ({ op }) => (op === 'sign' ? 'hold' : undefined);
    const late = signAll(other, 1);
    late.catch(() => undefined);
    const ended = other.token.close({ drainMs: 100 });
    await turn();
    await clock.pass(300);
    await expect(late).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
    await ended;
  });

  it('closing does not wait for somebody who never says the PIN: he hears that nobody waits, and others ask theirs', async () => {
    const module = fakeModule([{ ...info('one'), serial: 'nobody answers' }]);
    const registry = { pid: process.pid, modules: new Map() };
    const heard: unknown[] = [];
    const silent = ({ signal }: PinInfo) => {
      signal?.addEventListener('abort', () => heard.push(signal.reason));
      return new Promise<string>(() => undefined);
    };
    const opening = (source: PinSource) =>
      openToken(
        {
          module: '/fake.so',
          pkcs11js: '/pkcs11js',
          select: (all) => all,
          pin: createPinProvider({ sources: [source], stateFolder: false }),
          keepAliveMs: 0,
        },
        { start: module.start, registry, realpath: (path) => Promise.resolve(path) },
      );
    const [first, second] = [await opening(silent), await opening('1234')];
    const waiting = [first.find([], []), second.find([], []), second.find([], [])];
    await turn();
    expect(module.count('login')).toBe(0);
    await first.close({ drainMs: 0 });
    const [gone, ...served] = await Promise.allSettled(waiting);
    expect(gone).toMatchObject({ reason: { code: 'ERR_UNAVAILABLE', message: 'the token was closed' } });
    expect(served.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect([heard.length, module.count('login')]).toEqual([1, 1]);
    await second.close();
    expect(module.open.size).toBe(0);
  });

  it('closing ends the looking for a token that is lost', async () => {
    const clock = handClock();
    const module = fakeModule();
    const opened = await openFake(module, { lanes: 1, clock });
    module.trouble = ({ op }) => (op === 'sign' || op === 'slots' ? failure(0xe0, 'CKR_TOKEN_NOT_PRESENT') : undefined);
    const late = signAll(opened, 1);
    late.catch(() => undefined);
    await turn();
    const closing = opened.token.close({ drainMs: 100 });
    await turn();
    await clock.pass(100);
    await expect(late).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', message: 'the token was closed' });
    await closing;
    expect(module.open.size).toBe(0);
  });

  it('closing closes a session that is being opened', async () => {
    const clock = handClock();
    const module = fakeModule();
    const opened = await openFake(module, { lanes: 1, clock });
    module.trouble = ({ op }, { role }) => (op === 'openSession' && role === 'lane' ? 'hold' : undefined);
    const late = signAll(opened, 1);
    late.catch(() => undefined);
    await turn();
    const closing = opened.token.close({ drainMs: 100 });
    await turn();
    await clock.pass(100);
    module.workers.find(({ role }) => role === 'lane')?.release();
    await closing;
    expect(module.open.size).toBe(0);
    expect(module.workers.filter(({ role, ended }) => role === 'lane' && ended)).toHaveLength(1);
  });

  it('finalises when it is asked to, owns the module and is the last', async () => {
    const module = fakeModule();
    const registry = { pid: process.pid, modules: new Map() };
    const first = await openFake(module, {}, registry);
    const second = await openFake(module, {}, registry);
    await first.token.close({ finalize: true });
    expect(module.count('finalize')).toBe(0);
    await second.token.close({ finalize: true });
    expect(module.count('finalize')).toBe(1);
  });

  it('a module that other code has initialised is never finalised here, and whoever listens is told of its locking', async () => {
    const module = fakeModule();
    module.owned = false;
    const logged: string[] = [];
    const logger = { debug() {}, info() {}, error() {}, warn: (message: string) => void logged.push(message) };
    const clock = handClock();
    const opening = openFake(module, { clock, logger });
    const { token } = await opening;
    const told: string[] = [];
    token.on('warning', ({ message }) => told.push(message));
    await clock.pass(1);
    expect(told).toEqual([expect.stringContaining('initialised by other code')]);
    await token.close({ finalize: true });
    expect([module.count('finalize'), logged]).toEqual([0, ['the PKCS#11 module is not finalised']]);
  });

  it('another init string for a module in use is refused', async () => {
    const module = fakeModule();
    const { token, registry } = await openFake(module, { libraryParameters: "configdir='/a'" });
    await expect(openFake(module, { libraryParameters: "configdir='/b'" }, registry)).rejects.toMatchObject({
      code: 'ERR_CONFLICT',
    });
    await token.close();
  });

  it('a listener that throws harms nobody, and decryptions fail without a word on why, at the first call', async () => {
    const module = fakeModule();
    const { token, key } = await openFake(module, { lanes: 1 });
    token.on('sessionReplaced', () => {
      throw new Error('listener');
    });
    const errors: unknown[] = [];
    for (const code of [0x05, 0x06, 0x20, 0x21, 0x40, 0x41, 0x42]) {
      module.trouble = ({ op }) =>
        op === 'decrypt' ? { ...failure(code, 'CKR_X', 'C_Decrypt'), session: 'replaced' } : undefined;
      const error = await token.decrypt(key, { type: 9 }, new Uint8Array(256), 256).catch((caught: unknown) => caught);
      expect(SignError.is(error, 'ERR_REQUEST_FAILED')).toBe(true);
      errors.push({ message: (error as SignError).message, details: (error as SignError).details });
    }
    expect(new Set(errors.map((error) => JSON.stringify(error))).size).toBe(1);
    expect(module.count('decrypt')).toBe(7);
    await token.close();
  });
});
